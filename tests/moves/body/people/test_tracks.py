"""Who is who over time: people who cross, hide, and leave; and which two dance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.people.person import Person, likeness, overlap
from bachata.moves.body.people.tracks import Couple, couple_of, tracks_of
from tests.moves.body.people.people import STANDING, person


def couple(pictures: list[list[Person]], first_beat: int = 0) -> Couple | None:
    return couple_of(pictures, np.arange(len(pictures)), 10.0, first_beat)


def swaying(centre: float, count: int = 30) -> list[Person]:
    return [person(centre + 0.05 * np.sin(n / 3)) for n in range(count)]


def test_a_person_is_like_himself_and_unlike_one_elsewhere() -> None:
    assert likeness(person(0), person(0)) == pytest.approx(1)
    assert likeness(person(0), person(0.02)) > likeness(person(0), person(0.1)) > likeness(person(0), person(0.6)) == 0


boxes = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1), st.floats(0.01, 1)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(boxes, boxes)
def test_overlap_is_a_share_and_the_same_both_ways(a, b) -> None:
    assert 0 <= overlap(a, b) <= 1 + 1e-9
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert overlap(a, a) == pytest.approx(1)


def test_keypoints_nobody_is_sure_of_do_not_count() -> None:
    points = STANDING * 0.5
    wild = points.copy()
    wild[9] = (5, 5)
    sure = np.full(17, 0.9)
    sure[9] = 0.1
    assert Person(wild, sure, 0.9).box == pytest.approx(Person(np.delete(points, 9, 0), np.full(16, 0.9), 0.9).box)
    assert Person(wild, np.zeros(17), 0.1).height > 1


@pytest.mark.parametrize("reverse", [False, True])
def test_people_are_followed_whatever_order_they_come_in(reverse: bool) -> None:
    pictures = [list(pair) for pair in zip(swaying(-0.3), swaying(0.3), strict=True)]
    if reverse:
        pictures = [pair[::-1] if n % 2 else pair for n, pair in enumerate(pictures)]
    tracks = tracks_of(pictures)
    assert [len(t.pictures) for t in tracks] == [30, 30]
    for track in tracks:
        assert np.ptp([p.middle[0] for p in track.people]) < 0.15


def test_who_is_hidden_for_a_moment_is_known_again() -> None:
    pictures = [
        [a] if 10 <= n < 15 else [a, b] for n, (a, b) in enumerate(zip(swaying(-0.3), swaying(0.3), strict=True))
    ]
    found = couple(pictures)
    assert found is not None
    assert found.points.shape == (30, 2, 17, 2)
    hidden = found.points[10:15, 1, 11:13, 0].mean(axis=1)
    assert np.all(np.abs(hidden - 0.3) < 0.06)


def test_the_two_seen_longest_are_the_couple_and_the_left_one_leads() -> None:
    passer_by = [person(-0.8 + 0.05 * n) if n < 12 else None for n in range(30)]
    pictures = [
        [p for p in (stranger, right, left) if p]
        for stranger, right, left in zip(passer_by, swaying(0.25), swaying(-0.25), strict=True)
    ]
    found = couple(pictures)
    assert found is not None
    assert found.points[:, 0, :, 0].mean() == pytest.approx(-0.25, abs=0.05)
    assert found.points[:, 1, :, 0].mean() == pytest.approx(0.25, abs=0.05)


def test_who_leads_is_decided_at_the_first_beat() -> None:
    # They slowly change places, passing at different heights.
    ways = [[person(-0.3 + 0.02 * n, -0.1), person(0.3 - 0.02 * n, 0.1)] for n in range(31)]
    early, late = couple(ways, 2), couple(ways, 29)
    assert early is not None
    assert late is not None
    assert early.points[0, 0, 0, 0] < 0 < late.points[0, 0, 0, 0]
    assert np.array_equal(early.points[:, 0], late.points[:, 1])


@pytest.mark.parametrize("pictures", [[], [[]] * 5, [[p] for p in swaying(0.0)]])
def test_without_two_there_is_no_couple(pictures: list[list[Person]]) -> None:
    assert couple(pictures) is None


@given(st.integers(3, 25), st.integers(0, 100))
def test_a_crowd_keeps_its_people_apart(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = np.arange(count) * 0.4
    pictures = []
    for _ in range(6):
        everyone = [person(x + rng.uniform(-0.02, 0.02)) for x in places]
        pictures.append([everyone[i] for i in rng.permutation(count)])
    tracks = tracks_of(pictures)
    assert len(tracks) == count
    assert all(np.ptp([p.middle[0] for p in t.people]) < 0.05 for t in tracks)
