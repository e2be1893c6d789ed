"""The mathematics under the beats, without any sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.music.beatwise import change, per_beat
from bachata.music.grid import number, whittaker
from bachata.music.sections import Part, name
from bachata.music.structure import Bars, partition
from bachata.music.tempo import GRID, prior, tempo_curve


@given(tempo=st.floats(60, 200), start=st.floats(0, 5), count=st.integers(20, 300), seed=st.integers(0, 999))
def test_a_steady_beat_is_regressed_to_itself(tempo, start, count, seed):
    true = start + np.arange(count) * 60 / tempo
    jitter = np.random.default_rng(seed).normal(0, 0.010, count)
    smooth = whittaker(np.arange(count), true + jitter, np.ones(count), np.inf)
    # Six deviations of what least squares promises for 10 ms of jitter: at the ends, and of the slope.
    assert np.abs(smooth - true).max() < 6 * 0.010 * 2 / np.sqrt(count)
    slope = np.polyfit(np.arange(count), smooth, 1)[0]
    assert slope == pytest.approx(60 / tempo, abs=6 * 0.010 * np.sqrt(12) / count**1.5)


@pytest.mark.parametrize("cutoff", [40.0, 90.0, 250.0])
def test_a_tempo_that_changes_steadily_passes_unharmed(cutoff):
    at = np.arange(200)
    true = 0.5 * at + 0.0002 * at**2
    np.testing.assert_allclose(whittaker(at, true, np.ones(200), cutoff), true, atol=1e-3)


def test_a_slow_drift_is_followed_and_jitter_is_not():
    at = np.arange(320)
    true = 0.48 * at + 0.3 * np.sin(2 * np.pi * at / 160)
    noisy = true + np.random.default_rng(4).normal(0, 0.008, at.size)
    smooth = whittaker(at, noisy, np.ones(at.size), 40.0)
    assert np.abs(smooth - true)[8:-8].max() < 0.012
    assert np.std(smooth - true) < 0.5 * np.std(noisy - true)


def test_a_gap_is_bridged_with_every_beat_in_its_place():
    at = np.array([*range(40), *range(56, 120)])
    smooth = whittaker(at, 0.5 * at, np.ones(at.size), 60.0)
    assert smooth.size == 120
    np.testing.assert_allclose(smooth, 0.5 * np.arange(120), atol=1e-3)


@given(st.lists(st.sampled_from([1] * 12 + [2, 3, 4]), min_size=30, max_size=80))
def test_numbering_sees_how_many_beats_are_missing(steps):
    times = np.concatenate([[0.0], np.cumsum(steps)]) * 0.5
    spread = np.random.default_rng(sum(steps)).normal(0, 0.01, times.size)
    # Clustered gaps can outvote their neighbours; wherever a run of single beats decides, numbering is exact.
    got = np.diff(number(times + spread))
    for i in range(8, len(steps) - 8):
        if np.median(steps[i - 8 : i + 9]) == 1:
            assert got[i] == steps[i]


@given(st.integers(2, 60), st.floats(0.2, 1.0))
def test_per_beat_is_the_mean_of_what_sounds_in_it(count, length):
    beats = 0.3 + np.arange(count) * length
    frames = np.searchsorted(beats, (np.arange(int((beats[-1] + length) * 1_000)) + 0.5) / 1_000, side="right") - 1
    rows = per_beat(frames[:, None].astype(float), 1_000, beats, float(beats[-1] + length))
    np.testing.assert_allclose(rows[:, 0], np.arange(count), atol=0.02)


def test_change_peaks_where_the_rows_change():
    rows = np.repeat([[0.0, 1.0], [1.0, 0.0]], 20, axis=0)
    assert change(rows, 4, 4).argmax() == 20
    assert change(rows, 4, 4)[:16].max() == 0


def test_the_partition_finds_planted_parts():
    rng = np.random.default_rng(8)
    looks = rng.normal(0, 3, (4, 12))
    rows = np.repeat(looks, [8, 16, 12, 8], axis=0) + rng.normal(0, 1, (44, 12))
    weight = np.ones(44)
    rows[10], weight[10] = 30.0, 0.0  # a break
    everywhere = np.ones(44, bool)
    assert partition(Bars(rows, weight), everywhere, shortest=4)[0] == [0, 8, 24, 36, 44]
    only_odd = np.arange(44) % 2 == 1
    cuts, cost = partition(Bars(rows, weight), only_odd, shortest=4)
    assert all(cut % 2 for cut in cuts[1:-1])
    assert cost > partition(Bars(rows, weight), everywhere, shortest=4)[1]


def test_nothing_new_means_one_part():
    rows = np.random.default_rng(9).normal(0, 1, (40, 12))
    assert partition(Bars(rows, np.ones(40)), np.ones(40, bool), shortest=4)[0] == [0, 40]


@pytest.mark.parametrize(
    ("plan", "labels"),
    [
        ([("a", 0.2), ("b", 0.5), ("c", 0.9), ("b", 0.5), ("c", 0.9), ("a", 0.1)],
         ["intro", "verse", "chorus", "verse", "chorus", "outro"]),
        ([("a", 0.3), ("b", 0.5), ("c", 0.8), ("d", 1.0), ("c", 0.8), ("a", 0.2)],
         ["intro", "verse", "chorus", "bridge", "chorus", "outro"]),
        ([("b", 0.5)], ["verse"]),
    ],
)  # fmt: skip
def test_parts_are_named_by_place_energy_and_return(plan, labels):
    looks = {letter: 10.0 * np.eye(4)[i] for i, letter in enumerate("abcd")}
    parts = [Part(8 * i, 8 * i + 8, energy, looks[letter]) for i, (letter, energy) in enumerate(plan)]
    assert name(parts) == labels


@pytest.mark.parametrize("tempo", [96.0, 118.5, 131.0, 158.0])
def test_the_tempo_curve_finds_pulses(tempo):
    frames = np.arange(86 * 40)
    period = 60 * 22_050 / 256 / tempo
    strength = np.maximum(0.0, np.cos(2 * np.pi * frames / period)) ** 8
    np.testing.assert_allclose(tempo_curve(strength), tempo, rtol=0.006)
    np.testing.assert_allclose(tempo_curve(strength, around=1.05 * tempo), tempo, rtol=0.006)


def test_the_prior_prefers_bachata():
    assert GRID[prior(GRID).argmax()] == pytest.approx(125.0, rel=0.005)
