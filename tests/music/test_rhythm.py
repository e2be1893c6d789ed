"""What is told of a song beyond its beats: groove, rhythm, key, and how far each section's beats can be believed."""

from __future__ import annotations

import numpy as np
import pytest

from bachata.music.document import Analysis
from bachata.music.grid import Grid
from bachata.music.grooves import groove
from bachata.music.key import find_key
from bachata.music.onsets import onsets
from bachata.music.rhythm import rhythm, syncopation
from samples.song import make_song
from tests.music.conftest import RECIPES
from tests.music.hearing import features_of
from tests.music.synth import RATE as SOUND_RATE
from tests.music.synth import Recipe, drum, make, scrape, string, write

BEAT = 0.5
BEATS = 0.5 + BEAT * np.arange(48)
ON = tuple((part, 1.0) for part in range(4))


def played(sound: np.ndarray, pattern: tuple[tuple[float, float], ...], *, noise: float = 0.0) -> np.ndarray:
    """48 beats at 120 BPM: `sound` at each (beat of the bar, gain) of the pattern."""
    mix = noise * np.random.default_rng(1).standard_normal(26 * SOUND_RATE)
    for bar in range(12):
        for at, gain in pattern:
            start = int((BEATS[0] + (4 * bar + at) * BEAT) * SOUND_RATE)
            mix[start : start + sound.size] += gain * sound
    return mix.astype(np.float32)


def heard(samples: np.ndarray):
    return onsets(features_of(samples))


GROOVES = {
    "derecho": (*ON, *((part + 0.5, 0.7) for part in range(4))),
    "majao": ON,
    "mambo": (*ON, *((part + 0.5, 0.6) for part in range(4)), *((part + 0.75, 0.6) for part in range(4))),
}


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("name", sorted(GROOVES))
def test_the_guira_tells_the_groove(name, noise):
    found, sure = groove(heard(played(0.5 * scrape(0.09, 1), GROOVES[name], noise=noise)), BEATS)
    assert found == name
    assert sure >= 0.5


def test_a_swung_derecho_is_no_majao():
    swung = (*ON, *((part + 0.62, 0.7) for part in range(4)))
    assert groove(heard(played(0.5 * scrape(0.09, 1), swung)), BEATS)[0] == "derecho"


def test_no_guira_no_groove():
    hiss = 0.2 * np.random.default_rng(2).standard_normal(26 * SOUND_RATE).astype(np.float32)
    found, sure = groove(heard(hiss), BEATS)
    assert found is None or sure <= 0.15
    assert groove(heard(hiss), BEATS[:4]) == (None, 0.0)


def test_grooves_of_a_song_that_knows_them(tmp_path):
    from bachata.music import analyse

    truth = make_song(tmp_path / "song.wav", tempo=123.0, seconds=75.0, seed=31, key="Em", aac=False)
    sections = analyse(tmp_path / "song.wav").sections
    for played_ in truth.sections:
        middle = (played_.start + played_.end) / 2
        found = next(s for s in sections if s.start <= middle < s.end)
        assert found.groove == played_.groove
        assert found.groove_confidence >= 0.5
        assert found.beat_confidence >= 0.5


def test_syncopation_knows_on_from_off_the_beat():
    hit = 0.5 * drum(300, 0.05, 0.5)
    on = syncopation(heard(played(hit, ON)), BEATS, 0)
    off = syncopation(heard(played(hit, tuple((part + 0.5, 1.0) for part in range(4)))), BEATS, 0)
    back = syncopation(heard(played(hit, ((1, 1.0), (3, 1.0)))), BEATS, 0)
    early = syncopation(heard(played(hit, tuple((part + 0.8, 1.0) for part in range(4)))), BEATS, 0)
    assert on == pytest.approx(1 / 6, abs=0.02)
    assert off == pytest.approx(1 / 3, abs=0.05)
    assert back == pytest.approx(1 / 3, abs=0.02)
    assert early == pytest.approx(2 / 3, abs=0.05)


def test_a_firm_rhythm_is_stronger_than_a_loose_one(tmp_path):
    firm, loose = (
        heard(played(0.5 * drum(300, 0.05, 0.5), ON)),
        heard(played(0.5 * drum(300, 0.05, 0.5), GROOVES["mambo"])),
    )
    strong = rhythm(firm, Grid(BEATS, 0.003, 1.0, 0.0, 120.0), 0, 0.5)
    weak = rhythm(loose, Grid(BEATS, 0.025, 0.5, 0.0, 120.0), 0, 0.1)
    assert strong.strength >= 0.85
    assert weak.strength <= 0.5
    assert rhythm(firm, Grid(BEATS[:3], 0.0, 1.0, 0.0, 120.0), 0, 0.5) is None


@pytest.mark.parametrize(("tonic", "mode", "third"), [("A", "minor", 3), ("C", "major", 4), ("F#", "minor", 3)])
def test_a_cadence_names_its_key(tonic, mode, third):
    home = {"A": 45, "C": 48, "F#": 42}[tonic]
    chords = ((0, third), (5, third), (7, 4), (0, third))
    mix = np.zeros(17 * SOUND_RATE, np.float32)
    for eight in range(2):
        for bar, (root, of_it) in enumerate(chords):
            at = int((8 * eight + 2 * bar) * SOUND_RATE)
            for tone in (root, root + 12, root + 12 + of_it, root + 19):
                sound = string(home + tone, 1.9, 0.5, 0.005)
                mix[at : at + sound.size] += 0.1 * sound
    found = find_key(features_of(mix), np.array([0.0, 8.0]))
    assert (found.tonic, found.mode) == (tonic, mode)
    assert 0 < found.confidence <= 1


def test_silence_and_noise_name_no_sure_key():
    assert find_key(features_of(np.zeros(4 * SOUND_RATE, np.float32)), np.array([0.0])) is None
    hiss = 0.2 * np.random.default_rng(3).standard_normal(12 * SOUND_RATE).astype(np.float32)
    found = find_key(features_of(hiss), np.zeros(0))
    assert found is None or found.confidence <= 0.6


def test_everything_is_told_and_bounded(listen):
    for name in RECIPES:
        analysis: Analysis = listen(name).analysis
        assert 0.3 <= analysis.rhythm.strength <= 1.0, name
        assert 0.05 <= analysis.rhythm.syncopation <= 0.8, name
        assert analysis.key is not None
        assert all(0 <= s.beat_confidence <= 1 and 0 <= s.groove_confidence <= 1 for s in analysis.sections)


def test_a_beatless_intro_is_believed_less_than_the_song(listen):
    sections = listen("beatless intro").analysis.sections
    assert sections[0].beat_confidence <= 0.5 * max(s.beat_confidence for s in sections)


def test_a_document_without_the_newer_fields_still_reads(tmp_path):
    from bachata.music import analyse

    samples, _ = make(Recipe(seed=41, form=(("verse", 2), ("chorus", 2))))
    document = analyse(write(tmp_path / "song.wav", samples)).model_dump(by_alias=True, mode="json")
    for field in ("rhythm", "key"):
        del document[field]
    for section in document["sections"]:
        for field in ("groove", "groove_confidence", "beat_confidence"):
            del section[field]
    old = Analysis.model_validate(document)
    assert (old.rhythm, old.key, old.sections[0].groove, old.sections[0].beat_confidence) == (None, None, None, None)
