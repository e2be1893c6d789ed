"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.report import words


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 0, "0:00"),
        (59.4, 0, "0:59"),
        (59.6, 0, "1:00"),
        (59.96, 1, "1:00.0"),
        (125.04, 1, "2:05.0"),
        (-1, 0, "0:00"),
    ],
)
def test_clock(seconds: float, decimals: int, text: str) -> None:
    assert words.clock(seconds, decimals=decimals) == text


@given(st.floats(0, 100_000), st.integers(0, 2))
@settings(max_examples=200)
def test_a_clock_never_shows_sixty_seconds_and_is_right(seconds: float, decimals: int) -> None:
    minutes, rest = words.clock(seconds, decimals=decimals).split(":")
    assert float(rest) < 60
    assert 60 * int(minutes) + float(rest) == pytest.approx(seconds, abs=0.5 / 10**decimals + 1e-6)


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (18_437_112, "18.4 MB"), (999_950, "1.0 MB")],
)
def test_size(count: int | None, text: str) -> None:
    assert words.size(count) == text


def test_huge_sizes_stay_in_gigabytes() -> None:
    assert words.size(5 * 10**12) == "5\u202f000.0 GB"


@pytest.mark.parametrize(("exact", "text"), [("30", "30"), ("30000/1001", "29.97"), ("24000/1001", "23.976")])
def test_rate(exact: str, text: str) -> None:
    assert words.rate(exact) == text


@pytest.mark.parametrize(("value", "text"), [(1.0, "1.000×"), (0.99173, "0.992×"), (1.1, "1.100×")])
def test_speed(value: float, text: str) -> None:
    assert words.speed(value) == text


@pytest.mark.parametrize(
    ("kind", "seconds", "text"),
    [
        ("cut", 0.0, "cut"),
        ("cut", 0.5, "cut"),
        ("crossfade", 0.48, "crossfade, 0.48 s"),
        ("crossfade", 0.0, "crossfade"),
        ("fade_black", 0.3, "through black, 0.30 s each way"),
    ],
)
def test_transition(kind: str, seconds: float, text: str) -> None:
    assert words.transition(kind, seconds) == text


@pytest.mark.parametrize(
    ("kind", "text"), [("cut", ""), ("fade_black", "from black, 0.30 s"), ("fade_white", "from white, 0.30 s")]
)
def test_nothing_comes_before_the_opening(kind: str, text: str) -> None:
    assert words.transition(kind, 0.3, opening=True) == text


def test_small_ones() -> None:
    assert words.plural(1, "move") == "1 move"
    assert words.plural(0, "move") == "0 moves"
    assert words.plural(2, "loss", "losses") == "2 losses"
    assert words.title("cross_body_lead") == "Cross body lead"
    assert words.title("") == ""
    assert words.percent(None) == "–"
    assert words.percent(0.125) == "12\u202f%"
    assert words.number(-12345.6, 1) == "\u221212\u202f345.6"
