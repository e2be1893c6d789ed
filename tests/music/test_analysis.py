"""Whole songs with known truth: beats, counts, sections, energy."""

from __future__ import annotations

import numpy as np
import pytest

from bachata.errors import InvalidRequest
from bachata.music import analyse, embed, embedding, hearing
from bachata.music.decode import Sound
from bachata.music.document import Analysis
from bachata.music.embedding import MIN_SPAN, VERSION
from tests.music.conftest import RECIPES
from tests.music.measures import f_measure, median_offset, phase_of, spearman
from tests.music.synth import Recipe, make, write

NAMES = sorted(RECIPES)
STEADY = [name for name in NAMES if RECIPES[name].drift == 0]


@pytest.mark.parametrize("name", NAMES)
def test_beats_fall_where_they_were_played(listen, name):
    song = listen(name)
    assert f_measure(song.analysis.beats, song.truth.beats, 0.070) >= 0.98
    assert f_measure(song.analysis.beats, song.truth.beats, 0.025) >= 0.95
    assert abs(median_offset(song.analysis.beats, song.truth.beats)) <= 0.005


@pytest.mark.parametrize("name", STEADY)
def test_tempo_is_exact_where_it_is_steady(listen, name):
    song = listen(name)
    assert song.analysis.tempo == pytest.approx(song.recipe.tempo, rel=0.001)


def test_tempo_of_a_drifting_song_is_its_mean(listen):
    song = listen("drifting")
    assert song.analysis.tempo == pytest.approx(song.truth.tempo, rel=0.002)


@pytest.mark.parametrize("name", NAMES)
def test_count_one_is_found_wherever_the_song_begins(listen, name):
    song = listen(name)
    one = phase_of(song.analysis.beats, song.truth)
    assert song.analysis.count_one == one
    assert song.analysis.downbeats == song.analysis.beats[one % 4 :: 4]


def test_sections_begin_where_the_band_changes(listen):
    scores = []
    for name in NAMES:
        song = listen(name)
        true = [0.0, *(start for start, _, _ in song.truth.sections[1:]), song.truth.duration]
        found = [section.start for section in song.analysis.sections] + [song.analysis.duration]
        scores.append(f_measure(found, true, 3.0))
    assert np.mean(scores) >= 0.8, dict(zip(NAMES, scores, strict=True))


def test_sections_start_on_count_one_and_tile_the_song(listen):
    for name in NAMES:
        analysis = listen(name).analysis
        ones = {round(beat, 4) for beat in analysis.beats[analysis.count_one :: 8]}
        assert analysis.sections[0].start == 0.0
        assert analysis.sections[-1].end == analysis.duration
        for before, after in zip(analysis.sections[:-1], analysis.sections[1:], strict=True):
            assert before.end == after.start
            assert after.start in ones


def test_sections_say_what_they_sound_like_without_hearing_the_song_twice(listen, tmp_path, monkeypatch):
    song = listen("plain")
    path = write(tmp_path / "song.wav", make(song.recipe)[0])
    assert song.analysis.embedding_version == VERSION
    sections = [s for s in song.analysis.sections if s.end - s.start >= MIN_SPAN]
    assert len(sections) >= 3
    for section in sections:
        assert len(section.embedding) == 128
        assert np.linalg.norm(section.embedding) == pytest.approx(1.0, abs=1e-3)
        assert section.embedding == [round(x, 4) for x in section.embedding]
        apart = embed(path, section.start, section.end)
        assert float(apart @ section.embedding) > 0.99
    opened = []
    monkeypatch.setattr(hearing, "Sound", lambda *a, **k: opened.append(a) or Sound(*a, **k))
    monkeypatch.setattr(embedding, "Sound", lambda *a, **k: opened.append(a) or Sound(*a, **k))
    analyse(path)
    assert len(opened) == 1


def test_a_chorus_sounds_like_a_chorus(listen):
    sections = [s for s in listen("plain").analysis.sections if s.embedding]
    alike = {True: [], False: []}
    for i, one in enumerate(sections):
        for other in sections[:i]:
            alike[one.label == other.label].append(float(np.dot(one.embedding, other.embedding)))
    if alike[True]:
        assert np.mean(alike[True]) > np.mean(alike[False])


def test_embeddings_keep_the_document_small(listen):
    analysis = listen("plain").analysis
    bare = [s.model_copy(update={"embedding": None}) for s in analysis.sections]
    more = len(analysis.model_dump_json()) - len(analysis.model_copy(update={"sections": bare}).model_dump_json())
    assert more <= 1100 * len(analysis.sections)


def test_energy_follows_the_arrangement(listen):
    scores = []
    for name in NAMES:
        song = listen(name)
        nearest = np.abs(np.asarray(song.analysis.beats)[:, None] - song.truth.beats[None, :]).argmin(axis=1)
        scores.append(spearman(song.analysis.energy, song.truth.energy[nearest]))
    assert np.mean(scores) >= 0.7, dict(zip(NAMES, scores, strict=True))


def test_the_loud_refrain_is_the_chorus_and_the_ends_are_intro_and_outro(listen):
    song = listen("plain")
    labels = [section.label for section in song.analysis.sections]
    assert (labels[0], labels[-1]) == ("intro", "outro")
    assert "chorus" in labels
    chorus = [s.energy for s in song.analysis.sections if s.label == "chorus"]
    verse = [s.energy for s in song.analysis.sections if s.label == "verse"]
    assert min(chorus) > max(verse, default=0.0)


def test_music_is_believed(listen):
    for name in NAMES:
        assert listen(name).analysis.evidence.beat >= 0.4, name
    assert listen("plain").analysis.confidence >= 0.6


def test_the_same_bytes_give_the_same_document(tmp_path):
    samples, _ = make(Recipe(seed=21, form=(("verse", 2), ("chorus", 2))))
    path = write(tmp_path / "song.m4a", samples)
    again = tmp_path / "other name.m4a"
    again.write_bytes(path.read_bytes())
    assert analyse(path).model_dump_json() == analyse(again).model_dump_json()


def test_a_document_survives_its_json(listen):
    analysis = listen("plain").analysis
    assert Analysis.model_validate_json(analysis.model_dump_json(by_alias=True)) == analysis


def test_a_chosen_count_one_is_followed_by_everything(tmp_path):
    samples, _ = make(Recipe(seed=22, form=(("intro", 2), ("verse", 4), ("chorus", 4))))
    path = write(tmp_path / "song.wav", samples)
    heard = analyse(path)
    chosen = (heard.count_one + 3) % 8
    moved = analyse(path, count_one=chosen)
    assert moved.beats == heard.beats
    assert moved.count_one == chosen
    assert moved.downbeats == moved.beats[chosen % 4 :: 4]
    ones = set(moved.beats[chosen::8])
    assert all(section.start in ones for section in moved.sections[1:])
    assert moved.evidence.phase_scores == heard.evidence.phase_scores, "what was heard is still told"


@pytest.mark.parametrize("wrong", [-1, 8])
def test_a_count_one_that_cannot_be_names_the_range(tmp_path, wrong):
    with pytest.raises(InvalidRequest, match="0 to 7"):
        analyse(tmp_path / "never read.wav", count_one=wrong)


def test_progress_grows_to_one(tmp_path):
    samples, _ = make(Recipe(seed=23, form=(("verse", 2),)))
    seen: list[float] = []
    analyse(write(tmp_path / "song.wav", samples), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 5
