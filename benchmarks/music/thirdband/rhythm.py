"""Percussion: bongo, güira, campana, timbal, hands and the drum machine."""

from __future__ import annotations

import numpy as np

from benchmarks.music.thirdband.events import Bar, Stroke, accents, bars, chance, observe_stops, strength
from benchmarks.music.thirdband.form import Score
from benchmarks.music.thirdband.recipes import Recipe

BONGO: dict[str, Bar] = {
    "martillo": [
        (0, "macho", 1.0), (0.5, "finger", 0.35), (1, "finger", 0.5), (1.5, "finger", 0.3),
        (2, "macho", 0.9), (2.5, "finger", 0.35), (3, "hembra", 1.0), (3.5, "finger", 0.4),
    ],
    "equal": [
        (0, "macho", 0.85), (0.5, "finger", 0.3), (1, "macho", 0.8), (1.5, "finger", 0.3),
        (2, "macho", 0.85), (2.5, "finger", 0.35), (3, "hembra", 1.0), (3.5, "finger", 0.4),
    ],
    "majao": [
        (0, "macho", 0.95), (1, "macho", 0.85), (1.5, "finger", 0.4), (2, "macho", 0.95),
        (2.5, "finger", 0.4), (3, "hembra", 1.0), (3.5, "hembra", 0.55),
    ],
    "mambo": [
        (0, "macho", 1.0), (0.5, "macho", 0.6), (0.75, "finger", 0.4), (1, "finger", 0.6), (1.5, "macho", 0.85),
        (2, "macho", 0.75), (2.5, "macho", 0.8), (2.75, "finger", 0.4), (3, "hembra", 1.0), (3.5, "hembra", 0.7),
    ],
}  # fmt: skip
"""A bar of each groove: macho is the high drum struck open, finger its muffled notes, hembra the low drum."""

FILLS: tuple[Bar, ...] = (
    [(2 + n / 4, "macho" if n % 4 < 2 else "finger", 0.6 + 0.05 * n) for n in range(4)]
    + [(3, "hembra", 1.0), (3.25, "macho", 0.7), (3.5, "hembra", 0.9)],
    [(2 + n / 3, "macho", 0.9 - 0.1 * (n % 3)) for n in range(3)]
    + [(3 + n / 3, "hembra", 1.0 - 0.15 * n) for n in range(3)],
    [(1.5, "macho", 0.8), (2.25, "macho", 0.9), (2.5, "finger", 0.5), (3, "hembra", 1.0), (3.75, "macho", 0.8)],
    [(1 + n / 2, "macho" if n % 2 else "hembra", 0.8) for n in range(4)] + [(3, "hembra", 1.0), (3.5, "macho", 0.9)],
    [(2, "hembra", 0.8), (2.5, "hembra", 0.9), (3, "hembra", 1.0), (3.25, "hembra", 0.6), (3.5, "macho", 1.0)],
)  # fmt: skip
"""What replaces the end of a bar, from the first position on."""

GUIRA: dict[str, Bar] = {
    "quarters": [(0, "long", 1.0), (1, "long", 0.9), (2, "long", 1.0), (3, "long", 0.9)],
    "eighths": [(n / 2, "long" if n % 2 == 0 else "short", 1.0 if n % 2 == 0 else 0.6) for n in range(8)],
    "gallop": [
        (b + f, "long" if f == 0 else "short", 1.0 if f == 0 else 0.55) for b in range(4) for f in (0, 0.5, 0.75)
    ],
    "double": [(n / 4, "mid" if n % 4 == 0 else "short", (1.0, 0.4, 0.6, 0.45)[n % 4]) for n in range(16)],
}

MACHINE: dict[str, Bar] = {
    "backbeat": [(0, "kick", 1.0), (1, "snare", 0.8), (2, "kick", 0.9), (2.5, "kick", 0.5), (3, "snare", 0.85)],
    "fourth": [(0, "kick", 1.0), (1, "kick", 0.7), (2, "kick", 0.9), (3, "snare", 1.0), (3.5, "snare", 0.4)],
    "dembow": [(b, "kick", 0.9) for b in range(4)]
    + [(b + o, "snare", v) for b in (0, 2) for o, v in ((0.75, 0.6), (1.5, 0.7))],
}  # fmt: skip


def _strokes(pattern: Bar, at: float, stretch: float, force: float) -> list[Stroke]:
    return [Stroke(at + position * stretch, sound, velocity * force) for position, sound, velocity in pattern]


def bongo(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Grooves, improvised on; the low drum marks the 4 as often as the recipe says."""
    out: list[Stroke] = []
    for eight in score.eights:
        if "bongo" not in eight.layers:
            continue
        groove = eight.groove if eight.groove in ("majao", "mambo") else recipe.bongo
        for at, stretch, filled in bars(eight):
            out += _strokes(_improvise(BONGO[groove], recipe, filled, rng), at, stretch, strength(eight))
    out = observe_stops(out, score)
    out += _pickups(score, "bongo", rng)
    return out + [Stroke(b, s, 1.0) for b in accents(score, "bongo") for s in ("macho", "hembra")]


def _improvise(pattern: Bar, recipe: Recipe, filled: bool, rng: np.random.Generator) -> Bar:
    bar: Bar = []
    for position, written, velocity in pattern:
        if written == "finger" and chance(rng, 0.22):
            continue
        sound = written if position != 3 or chance(rng, recipe.hembra) else "macho"
        bar.append((position, sound, velocity * rng.uniform(0.85, 1.08)))
        if sound == "finger" and chance(rng, 0.08):
            bar.append((position + 0.25, "finger", 0.35))
    if filled and chance(rng, 0.75):
        fill = FILLS[int(rng.integers(len(FILLS)))]
        bar = [stroke for stroke in bar if stroke[0] < fill[0][0]] + list(fill)
    return bar


def _pickups(score: Score, layer: str, rng: np.random.Generator) -> list[Stroke]:
    """A player who starts with a section announces it in the bar before."""
    out: list[Stroke] = []
    for before, eight in zip(score.eights, score.eights[1:], strict=False):
        enters = layer in eight.layers and (layer not in before.layers or before.stop is not None)
        if enters and chance(rng, 0.8):
            run = (
                ((-1.0, "hembra"), (-0.75, "macho"), (-0.5, "macho"), (-0.25, "macho"))
                if chance(rng, 0.5)
                else ((-1.0, "hembra"), (-0.5, "hembra"))
            )
            out += [Stroke(eight.start + p, s, 0.6 + 0.3 * rng.random()) for p, s in run if eight.start + p >= 0]
    return out


def guira(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Eighths, gallop or double time in verses; quarters or eighths behind choruses and mambo."""
    behind = str(rng.choice(("quarters", "quarters", "eighths", "double")))
    out: list[Stroke] = []
    for eight in score.eights:
        if "guira" not in eight.layers:
            continue
        kind = behind if eight.groove in ("majao", "mambo") else recipe.guira
        for at, stretch, filled in bars(eight):
            bar = GUIRA[kind]
            if filled and kind != "double" and chance(rng, 0.4):
                bar = [s for s in bar if s[0] < 3] + [s for s in GUIRA["double"] if s[0] >= 3]
            for position, sound, velocity in bar:
                on = position % 1 == 0
                weight = {"beat": 1.0, "even": 1.0 if on else 1.35, "offbeat": 0.75 if on else 1.6}[recipe.guira_accent]
                if not on and chance(rng, 0.03):
                    continue
                force = velocity * weight * rng.uniform(0.8, 1.1) * strength(eight)
                out.append(Stroke(at + position * stretch, sound, force))
    out = observe_stops(out, score)
    return out + [Stroke(b, "long", 0.9) for b in accents(score, "guira")]


def bells(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Campana of the mambo: mouth on 1 and 3, neck between; timbal rolls into what follows, crash on arrival."""
    del recipe
    busy = chance(rng, 0.5)
    out: list[Stroke] = []
    for before, eight in zip([None, *score.eights], score.eights, strict=False):
        force = strength(eight)
        for at, stretch, filled in bars(eight):
            if "bell" in eight.layers:
                bar: Bar = [(0, "mouth", 1.0), (1, "neck", 0.6), (2, "mouth", 0.95), (3, "neck", 0.6)]
                bar += [(1.5, "neck", 0.5), (2.5, "neck", 0.45), (3.5, "neck", 0.5)] if busy else []
                out += _strokes(bar, at, stretch, 0.8 * force)
            if "timbal" in eight.layers and filled and eight.last:
                steps = sorted(rng.choice(16, size=int(rng.integers(5, 10)), replace=False))
                out += [Stroke(at + s / 4, "timbal", (0.5 + 0.03 * s) * force) for s in steps if s >= 4]
        louder = before is not None and eight.place == 0 and eight.intensity > before.intensity + 0.12
        if louder and eight.layers & {"timbal", "machine"}:
            out.append(Stroke(eight.start, "crash", 0.8))
    return observe_stops(out, score)


def machine(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[Stroke]:
    """Programmed drums: one pattern for verses, one for choruses, hats in eighths; hands on 2 and 4."""
    verse = str(rng.choice(("backbeat", "fourth")))
    chorus = str(rng.choice(("backbeat", "fourth", "dembow")))
    out: list[Stroke] = []
    for eight in score.eights:
        force = strength(eight)
        for at, stretch, filled in bars(eight):
            if "machine" in eight.layers:
                pattern = MACHINE[chorus if eight.label in ("chorus", "bridge") else verse]
                kept = [s for s in pattern if not (filled and eight.last and s[0] >= 3)]
                kept += [(3 + n / 4, "snare", 0.4 + 0.15 * n) for n in range(4)] if filled and eight.last else []
                if eight.intensity > 0.5:
                    kept += [(n / 2, "hat", 0.5 if n % 2 else 0.35) for n in range(8)]
                out += _strokes(kept, at, stretch, force)
            if "claps" in eight.layers and not eight.half_time:
                out += [Stroke(at + b, "clap", 0.7 * force * rng.uniform(0.8, 1.1)) for b in (1, 3)]
    del recipe
    out = observe_stops(out, score)
    return out + [Stroke(b, "kick", 1.0) for b in accents(score, "machine")]
