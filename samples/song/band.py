"""The players: each takes a section and places its sounds on the grid.

Beats are numbered 0..3 in a bar (counts 1 2 3 4). What makes it bachata (reference section 4): the hembra on 4, the
bass long on 1 then short before 3, 3 and 4, the güira's eighths in derecho and its broad quarters in majao.
"""

from collections.abc import Callable

import numpy as np

from samples.song.mixdown import Desk
from samples.song.score import COUNTS, PROGRESSIONS, Section, SongTruth, parse_key
from samples.song.voices import bass_note, bongo, guira, pluck, sung

# Scale steps a singer may use, in semitones above the tonic.
_SCALES = {"minor": (0, 2, 3, 5, 7, 8, 10), "major": (0, 2, 4, 5, 7, 9, 11)}

# Sung phrases over one eight-count: (beat, length in beats). The last note breathes.
_PHRASES = (
    ((0.5, 0.5), (1.0, 0.5), (1.5, 1.0), (2.5, 1.5), (4.5, 0.5), (5.0, 0.5), (5.5, 1.9)),
    ((0.0, 1.0), (1.0, 0.5), (1.5, 1.5), (3.5, 0.5), (4.0, 1.0), (5.0, 1.9)),
    ((1.0, 0.5), (1.5, 0.5), (2.0, 1.0), (3.0, 0.5), (3.5, 1.5), (5.5, 0.5), (6.0, 1.7)),
)


class Take:
    """One performance: the desk, the truth and a seeded hand that is a few milliseconds early or late."""

    def __init__(self, desk: Desk, truth: SongTruth, jitter: float) -> None:
        self.desk = desk
        self.beat = 60.0 / truth.tempo
        self.zero = truth.beats[0]
        self.rng = np.random.default_rng(truth.seed)
        self.jitter = jitter
        tonic, self.mode = parse_key(truth.key)
        self.tonic = 45 + (tonic - 9) % 12

    def when(self, beat: float) -> float:
        """Seconds of a beat position, human."""
        return self.zero + beat * self.beat + float(np.clip(self.rng.normal(0.0, self.jitter), -0.015, 0.015))

    def touch(self) -> float:
        """A hand's uneven strength."""
        return float(1.0 + 0.10 * self.rng.standard_normal())

    def chord(self, section: Section, beat_in_section: int) -> tuple[int, bool]:
        """(root in the bass octave, minor?) sounding at a beat: one chord per 8 in derecho, per bar otherwise."""
        steps = PROGRESSIONS[self.mode][section.groove]
        length = COUNTS if section.groove == "derecho" else 4
        offset, minor = steps[(beat_in_section // length) % len(steps)]
        root = self.tonic + offset
        return (root - 12 if root > 52 else root), minor


def play(desk: Desk, truth: SongTruth, *, jitter: float) -> None:
    """Play the whole song into `desk`; `jitter` is the standard deviation of onsets in seconds."""
    take = Take(desk, truth, jitter)
    players: tuple[Callable[[Take, Section], None], ...] = (
        play_guira,
        play_bongo,
        play_bass,
        play_segunda,
        play_requinto,
        play_voice,
    )
    for section in truth.sections:
        for player in players:
            player(take, section)
    _last_chord(take, truth)


def _level(section: Section) -> float:
    return 0.45 + 0.55 * section.energy


def play_guira(take: Take, section: Section) -> None:
    """Derecho: eighths, long on the beat. Majao: broad quarters. Mambo: quarters with pick-ups between."""
    b, level = take.beat, 0.24 * _level(section)
    for beat in range(section.eights * COUNTS):
        at = section.first_beat + beat
        strokes = {
            "derecho": ((0.0, 0.42 * b, 0.85), (0.5, 0.17 * b, 0.62)),
            "majao": ((0.0, 0.75 * b, 1.15),),
            "mambo": ((0.0, 0.55 * b, 1.2), (0.75, 0.14 * b, 0.7))
            if beat % 2
            else ((0.0, 0.55 * b, 1.2), (0.5, 0.2 * b, 0.8)),
        }[section.groove]
        for offset, length, accent in strokes:
            sound = guira(round(length, 3), accent, int(take.rng.integers(4)))
            take.desk.add(sound, take.when(at + offset), gain=level * accent * take.touch(), pan=0.38, send=0.12)


def play_bongo(take: Take, section: Section) -> None:
    """The martillo with the hembra on 4; in majao one firm stroke a beat; a fill into every second eight-count."""
    level = 0.40 * _level(section)

    def hit(drum: str, at: float, gain: float) -> None:
        sound = bongo(drum, int(take.rng.integers(4)))
        take.desk.add(sound, take.when(at), gain=level * gain * take.touch(), pan=-0.30, send=0.18)

    for beat in range(section.eights * COUNTS):
        at, in_bar = float(section.first_beat + beat), beat % 4
        if beat % 16 == 15 and section.groove != "derecho":
            for offset, gain in ((0.0, 1.25), (0.25, 0.7), (0.5, 0.85), (0.75, 1.0)):
                hit("macho" if offset else "hembra", at + offset, gain)
            continue
        if in_bar == 3:
            hit("hembra", at, 1.35)
            hit("finger", at + 0.5, 0.35)
        elif section.groove == "majao":
            hit("macho", at, 0.85)
        else:
            hit("macho", at, 0.9 if in_bar in (0, 2) else 0.45)
            hit("finger", at + 0.5, 0.4)
        if section.groove == "mambo" and in_bar in (1, 2):
            hit("finger", at + 0.25, 0.35)
            hit("finger", at + 0.75, 0.4)


def play_bass(take: Take, section: Section) -> None:
    """Long on 1, short before 3, then 3 and 4. Four to the bar with octaves in mambo."""
    b, level = take.beat, 0.46 * _level(section)
    for bar in range(section.eights * 2):
        root, _ = take.chord(section, bar * 4)
        low = root if root >= 40 else root + 12
        fifth = low + 7 if low + 7 <= 52 else low - 5
        notes = [(0.0, low, 1.45, 1.0), (1.5, fifth, 0.42, 0.6), (2.0, fifth, 0.85, 0.8), (3.0, low, 0.85, 0.85)]
        if section.groove == "mambo":
            notes[1] = (1.5, low + 12, 0.42, 0.7)
        if section.label == "intro" and bar < 2:
            notes = notes[:1]
        for offset, pitch, length, gain in notes:
            at = take.when(section.first_beat + bar * 4 + offset)
            take.desk.add(bass_note(pitch, round(length * b, 3)), at, gain=level * gain * take.touch(), send=0.03)


def _voicing(root: int, minor: bool) -> tuple[int, int, int, int]:
    base = root + 12 if root + 12 >= 52 else root + 24
    return base, base + (3 if minor else 4), base + 7, base + 12


def play_segunda(take: Take, section: Section) -> None:
    """The rhythm guitar: thumb on 1, muted chords on the off-beats, a fuller strum in majao."""
    level = 0.105 * _level(section)
    for bar in range(section.eights * 2):
        tones = _voicing(*take.chord(section, bar * 4))
        strums = ((0.0, 0.8), (1.5, 0.75), (2.0, 0.6), (2.5, 0.7), (3.0, 0.9), (3.5, 0.6))
        if section.groove == "majao":
            strums = ((0.0, 1.1), (1.0, 0.8), (1.5, 0.6), (2.0, 1.0), (3.0, 1.0), (3.5, 0.7))
        for offset, gain in strums:
            at = take.when(section.first_beat + bar * 4 + offset)
            down = offset == int(offset)
            for i, tone in enumerate(tones if down else tones[::-1]):
                sound = pluck(tone, 0.5, 0.35, 0.985)
                take.desk.add(sound, at + 0.007 * i, gain=level * gain * take.touch(), pan=0.45, send=0.2)


def play_requinto(take: Take, section: Section) -> None:
    """The lead guitar: an eighth-note arpeggio high on the neck, running in sixteenths and thirds in the mambo."""
    level = (0.26 if section.label in ("intro", "bridge", "outro") else 0.17) * _level(section)
    figure = (0, 2, 3, 4, 3, 2, 4, 3) if section.label == "verse" else (0, 3, 2, 4, 3, 4, 2, 3)
    for bar in range(section.eights * 2):
        base, third, fifth, top = _voicing(*take.chord(section, bar * 4))
        tones = (base, third, fifth, top, third + 12, fifth + 12)
        for step in range(8):
            at = section.first_beat + bar * 4 + step / 2
            tone = tones[figure[(step + 2 * (bar % 2)) % 8]] + (12 if section.groove == "mambo" else 0)
            gain = level * (1.15 if step % 4 == 0 else 0.85)
            take.desk.add(pluck(tone, 1.3, 0.62), take.when(at), gain=gain * take.touch(), pan=-0.42, send=0.35)
            if section.groove == "mambo" and step % 2:
                echo = tones[figure[(step + 3) % 8]] + 12
                take.desk.add(pluck(echo, 1.0, 0.62), take.when(at + 0.25), gain=0.7 * gain, pan=-0.42, send=0.35)


def play_voice(take: Take, section: Section) -> None:
    """Verses and choruses are sung: a small motif, answered, repeated; doubled a third above in the chorus."""
    if section.label not in ("verse", "chorus"):
        return
    scale = _SCALES[take.mode]
    degrees = [12 * octave + step for octave in (0, 1, 2) for step in scale]
    # The same seed for every verse and every chorus: a refrain returns.
    rng = np.random.default_rng(len(section.label) * 1000 + take.tonic)
    motif = [(phrase, rng.integers(-2, 3, size=8)) for phrase in rng.permutation(len(_PHRASES))]
    level = 0.135 * _level(section)
    place = 8 if section.label == "verse" else 10
    for eight in range(section.eights):
        phrase, moves = motif[(0, 1, 0, 2)[eight % 4]]
        root, minor = take.chord(section, eight * COUNTS)
        for i, (offset, length) in enumerate(_PHRASES[phrase]):
            beat = eight * COUNTS + offset
            root, minor = take.chord(section, int(beat))
            place = int(np.clip(place + moves[i % 8], 6, 13))
            strong = offset == int(offset) or length >= 1.0
            pitch = (
                _settle(take.tonic + 12 + degrees[place], root, minor) if strong else take.tonic + 12 + degrees[place]
            )
            pitch -= 12 if pitch > 74 else 0
            vowel = "aoeuoa"[(i + eight) % 6]
            at = take.when(section.first_beat + beat)
            sound = sung(pitch, round(length * take.beat * 0.96, 3), vowel)
            take.desk.add(sound, at, gain=level, send=0.45)
            if section.label == "chorus" and length >= 0.5:
                above = _settle(pitch + 4, root, minor)
                double = sung(above, round(length * take.beat * 0.96, 3), vowel)
                take.desk.add(double, at + 0.012, gain=0.42 * level, pan=0.3, send=0.6)


def _settle(pitch: int, root: int, minor: bool) -> int:
    """The chord tone nearest to `pitch`."""
    tones = {(root + step) % 12 for step in (0, 3 if minor else 4, 7)}
    return min((pitch + d for d in (0, -1, 1, -2, 2, -3, 3)), key=lambda p: (p % 12 not in tones, abs(p - pitch)))


def _last_chord(take: Take, truth: SongTruth) -> None:
    """Everyone lands together on the 1 after the last bar and lets it ring."""
    end = truth.beats[-1] + take.beat
    minor = take.mode == "minor"
    for i, tone in enumerate(_voicing(take.tonic, minor)):
        take.desk.add(pluck(tone, 1.5, 0.45), end + 0.018 * i, gain=0.12, pan=-0.2 + 0.15 * i, send=0.4)
    take.desk.add(bass_note(take.tonic, 1.4), end, gain=0.22, send=0.05)
    take.desk.add(bongo("hembra", 0), end, gain=0.14, pan=-0.3)
