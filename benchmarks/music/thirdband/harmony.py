"""Keys, chords and the progressions bachata lives on."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SCALES = {"minor": (0, 2, 3, 5, 7, 8, 10), "major": (0, 2, 4, 5, 7, 9, 11)}
TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7), "dom": (0, 4, 7, 10)}
ROMAN = {
    "minor": {
        "i": (0, "min"),
        "III": (3, "maj"),
        "iv": (5, "min"),
        "V": (7, "dom"),
        "VI": (8, "maj"),
        "VII": (10, "maj"),
    },
    "major": {
        "I": (0, "maj"),
        "ii": (2, "min"),
        "iii": (4, "min"),
        "IV": (5, "maj"),
        "V": (7, "dom"),
        "vi": (9, "min"),
    },
}
PROGRESSIONS = {
    "minor": ("i VII VI V", "i iv V i", "i iv VII III", "i VI III VII", "iv i V i", "i VI iv V"),
    "major": ("I vi IV V", "vi IV I V", "ii V I I", "I V vi IV", "I IV ii V", "I IV V IV"),
}


@dataclass(frozen=True)
class Chord:
    """A chord from `beat` on; players who anticipate take it from `early` on."""

    beat: float
    early: float
    root: int
    quality: str

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes, root first."""
        return tuple((self.root + step) % 12 for step in TRIADS[self.quality])


def chord(symbol: str, tonic: int, mode: str, beat: float, early: float) -> Chord:
    """The chord a Roman numeral names in a key."""
    step, quality = ROMAN[mode][symbol]
    return Chord(beat, early, (tonic + step) % 12, quality)


def chord_at(chords: list[Chord], beat: float) -> Chord:
    """The chord in force at a beat, anticipations heard."""
    found = chords[0]
    for candidate in chords:
        if candidate.early > beat + 1e-6:
            break
        found = candidate
    return found


def at_or_above(pitch_class: int, low: int) -> int:
    """The lowest MIDI pitch of a pitch class not below `low`."""
    return low + (pitch_class - low) % 12


def voicing(of: Chord, low: int, count: int) -> list[int]:
    """`count` ascending MIDI pitches of a chord from `low` on."""
    pitches = [pitch for pitch in range(low, low + 48) if pitch % 12 in of.tones[:3]]
    return pitches[:count]


def scale_near(pitch: float, tonic: int, mode: str, steps: int = 0) -> int:
    """The scale pitch nearest to a MIDI pitch, moved by `steps` along the scale."""
    ladder = [p for p in range(24, 108) if (p - tonic) % 12 in SCALES[mode]]
    nearest = min(range(len(ladder)), key=lambda n: abs(ladder[n] - pitch))
    return ladder[min(max(nearest + steps, 0), len(ladder) - 1)]


def chord_tone_near(pitch: float, of: Chord) -> int:
    """The chord tone nearest to a MIDI pitch."""
    return min((p for p in range(24, 108) if p % 12 in of.tones), key=lambda p: abs(p - pitch))
