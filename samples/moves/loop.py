"""The soft percussion a clip carries, so that an analyser can find its beats and a viewer can feel them."""

from samples.song.mixdown import Desk, Stereo
from samples.song.voices import bass_note, bongo, guira, pluck

# i VI III VII in A minor, one chord a bar: (bass, three strings).
_CHORDS = ((45, (57, 60, 64)), (41, (57, 60, 65)), (48, (55, 60, 64)), (43, (55, 59, 62)))


def percussion(seconds: float, tempo: float, start: float, *, seed: int) -> Stereo:
    """`seconds` of güira, bongo, bass and quiet guitar at `tempo` BPM, exactly on the grid; count 1 at `start` s."""
    desk = Desk(seconds)
    beat = 60.0 / tempo
    for k in range(-1, int((seconds - start) / beat) + 1):
        at = start + k * beat
        in_bar = k % 4
        low, strings = _CHORDS[(k // 4) % 4]
        for half in (0.0, 0.5):
            if at + half * beat < 0:
                continue
            scrape = guira(round((0.16 if half else 0.40) * beat, 3), 0.7, k % 4)
            desk.add(scrape, at + half * beat, gain=0.10 if half else 0.15, pan=0.3, send=0.1)
        if at < 0:
            continue
        desk.add(bongo("hembra" if in_bar == 3 else "macho", 0), at, gain=0.30 if in_bar == 3 else 0.18, pan=-0.25)
        desk.add(bongo("finger", 1), at + 0.5 * beat, gain=0.07, pan=-0.25)
        if in_bar in (0, 2, 3):
            desk.add(bass_note(low, round((1.4 if in_bar == 0 else 0.8) * beat, 3)), at, gain=0.26, send=0.02)
        for i, tone in enumerate(strings):
            desk.add(pluck(tone + 12 * (i == 0), 0.9, 0.5), at + i * beat / 4, gain=0.07, pan=0.1, send=0.4)
    return 0.6 * desk.mix(seed=seed)
