"""The page's colours keep the contrast WCAG 2 asks for at level AA, by day and by night."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product

import pytest

from bachata.report.timeline import COLOURS

CSS = files("bachata.report").joinpath("page.css").read_text(encoding="utf-8")
TEXT = 4.5
DRAWING = 3.0
Colour = tuple[float, float, float]


def variables(block: str) -> dict[str, Colour]:
    return {name: colour(value) for name, value in re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block)}


def colour(text: str) -> Colour:
    digits = text[1:] if len(text) == 7 else "".join(2 * c for c in text[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def mixed(first: Colour, share: float, second: Colour) -> Colour:
    """CSS color-mix in srgb."""
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(first, second, strict=True))
    return red, green, blue


def contrast(first: Colour, second: Colour) -> float:
    """WCAG 2.2, relative luminance."""

    def luminance(rgb: Colour) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


DAY = variables(CSS[: CSS.index("@media")])
NIGHT = {**DAY, **variables(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index(".c0")])}
THEMES = {"day": DAY, "night": NIGHT}


def test_black_on_white_is_21() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert set(NIGHT) == set(DAY)
    assert NIGHT["paper"] != DAY["paper"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *product(("ink", "soft", "accent"), ("paper", "card", "hover")),
        ("accent-ink", "accent"),
        ("good", "card"),
    ],
)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= TEXT


@pytest.mark.parametrize("number", range(COLOURS))
def test_names_can_be_read_on_every_move(number: int) -> None:
    found = re.search(rf"\.c{number} {{ --c: (#[0-9a-f]{{6}}); }}", CSS)
    assert found is not None, "page.css and timeline.COLOURS disagree"
    assert contrast((1, 1, 1), colour(found[1])) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("label", ["intro", "verse", "chorus", "bridge", "outro"])
def test_every_section_can_be_read(theme: str, label: str) -> None:
    found = re.search(rf"\.s-{label} {{ --s: (#[0-9a-f]{{6}}); }}", CSS)
    assert found is not None
    head = mixed(colour(found[1]), 0.30, THEMES[theme]["card"])
    assert contrast(THEMES[theme]["ink"], head) >= TEXT
    assert contrast(mixed(THEMES[theme]["ink"], 0.78, head), head) >= TEXT  # the energy beside the name


@pytest.mark.parametrize("ink", ["cream", "cream-soft", "glow"])
@pytest.mark.parametrize("ground", ["#2c1118", "#1b0c12", "#7f2a3c", "#5d2c1c"])
def test_the_stage_can_be_read_wherever_its_light_falls(ink: str, ground: str) -> None:
    assert ground in CSS
    assert contrast(DAY[ink], colour(ground)) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_drawn_can_be_seen(theme: str) -> None:
    tones = THEMES[theme]
    for drawn in ("accent", "energy", "ink"):
        assert contrast(tones[drawn], tones["card"]) >= DRAWING


def test_nobody_is_moved_who_asked_not_to_be() -> None:
    reduced = CSS[CSS.index("prefers-reduced-motion") :]
    assert "animation: none" in reduced
    for name in re.findall(r"animation: ([a-z]+) ", CSS):
        assert f"@keyframes {name}" in CSS
