"""Mixing two pictures: every value within a level of the exact one, in every plane, whatever the share."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.compose import Mixer, plain

SIZES = [(64, 48), (66, 50), (1280, 720)]
MIXERS = {size: Mixer(*size) for size in SIZES}


def noise(size: tuple[int, int], seed: int) -> VideoFrame:
    width, height = size
    values = np.random.default_rng(seed).integers(0, 256, (height * 3 // 2, width), dtype=np.uint8)
    return VideoFrame.from_ndarray(values, format="yuv420p")


def values(frame: VideoFrame) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    planes = []
    for plane in frame.planes:
        lines = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)
        planes.append(lines[:, : plane.width].astype(float))
    return planes


@given(st.sampled_from(SIZES[:2]), st.fractions(0, 1, max_denominator=100), st.integers(0, 1000))
def test_every_value_is_within_a_level_of_the_exact_mixture(size: tuple[int, int], share: Fraction, seed: int) -> None:
    below, above = noise(size, seed), noise(size, seed + 1)
    mixed = values(MIXERS[size](below, above, share))
    for plane, under, over in zip(mixed, values(below), values(above), strict=True):
        assert np.abs(plane - (under * float(1 - share) + over * float(share))).max() <= 1


def test_it_leans_neither_way() -> None:
    below, above = noise(SIZES[2], 1), noise(SIZES[2], 2)
    for n in range(1, 16):
        mixed = values(MIXERS[SIZES[2]](below, above, Fraction(n, 16)))
        exact = values(below)[0] * (1 - n / 16) + values(above)[0] * n / 16
        assert abs((mixed[0] - exact).mean()) < 0.05


@pytest.mark.parametrize(("share", "expected"), [(Fraction(0), 1), (Fraction(1), 2), (Fraction(1, 2), None)])
def test_the_ends_are_the_pictures_themselves(share: Fraction, expected: int | None) -> None:
    pictures = {1: noise((64, 48), 1), 2: noise((64, 48), 2)}
    mixed = values(MIXERS[64, 48](pictures[1], pictures[2], share))
    same = {n: all(np.array_equal(a, b) for a, b in zip(mixed, values(p), strict=True)) for n, p in pictures.items()}
    assert same == {n: n == expected for n in pictures}


def test_mixing_changes_neither_picture() -> None:
    below, above = noise((64, 48), 1), noise((64, 48), 2)
    before = [values(below), values(above)]
    MIXERS[64, 48](below, above, Fraction(1, 3))
    for frame, old in zip((below, above), before, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(values(frame), old, strict=True))


@pytest.mark.parametrize(("luma", "chroma"), [(16, 128), (200, 17)])
def test_a_plain_frame_is_one_colour(luma: int, chroma: int) -> None:
    assert [set(plane.ravel()) for plane in values(plain(66, 50, luma, chroma))] == [{luma}, {chroma}, {chroma}]
