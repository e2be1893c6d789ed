"""The promises about a dance, each held against what was measured over the whole set."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

from bachata.choreography.scorecard.chance import binomial
from benchmarks.assembly.measured import Bar
from benchmarks.choreography.contest import Judged
from benchmarks.choreography.speed import Times

OWN_MS, TRUE_MS = 16.7, 35.0
SURE = 0.01


def bars(ours: Sequence[Judged]) -> list[Bar]:
    """Those of the scorecard, for our plans."""
    return [
        _p95("M1 cut error to our beats, p95 of all cuts", [j.off_ours for j in ours], OWN_MS),
        _p95("M1 cut error to true beats, p95 of all cuts", [j.off_true for j in ours], TRUE_MS),
        _least("M2 cuts on a true count 1, mean", _figures(ours, "m2", "value"), 0.9),
        _most(
            "M3 clip counts on song counts, mean offset",
            [1000 * abs(v) for v in _figures(ours, "m3", "mean")],
            20,
            " ms",
        ),
        _least("M3 resultant R, mean", _figures(ours, "m3", "resultant"), 0.9),
        _above("M4 kinetic beats on beats, above chance", ours, "m4"),
        _most("M5 speed outside ± 6 %, mean share", [100 * v for v in _figures(ours, "m5", "beyond_6")], 20, " %"),
        _none("M5 plans with a speed outside ± 10 %", [v > 0 for v in _figures(ours, "m5", "beyond_10")]),
        _energy(ours),
        _none(
            "M7 plans that repeat within 4 phrases though the pool allows not to",
            [j.card.m7.holds is False for j in ours],
        ),
        _better("M8 seams against the same pieces in random order", ours),
        _none("M9 briefs not kept", [not j.card.m9.holds for j in ours]),
    ]


def time_bars(times: Times) -> list[Bar]:
    """Those of planning."""
    return [
        Bar("plan, 4-minute song, 150 moves: warm", "≤ 0.3 s", f"{times.warm_s:.2f} s", times.warm_s <= 0.3),
        Bar("the same in a cold process", "≤ 2.5 s", f"{times.cold_s:.2f} s", times.cold_s <= 2.5),
    ]


def _figures(ours: Sequence[Judged], key: str, figure: str) -> list[float]:
    found: list[Any] = [getattr(getattr(j.card, key), figure) for j in ours]
    return [float(v) for v in found if v is not None]


def _p95(what: str, errors: Sequence[Any], most: float) -> Bar:
    p95 = 1000 * float(np.percentile(np.concatenate(errors), 95))
    return Bar(what, f"≤ {most} ms", f"{p95:.1f} ms", p95 <= most)


def _least(what: str, values: Sequence[float], least: float) -> Bar:
    if not values:
        return Bar(what, f"≥ {least:g}", "nothing to measure", None)
    mean = fmean(values)
    return Bar(what, f"≥ {least:g}", f"{mean:.3f} (worst {min(values):.3f})", mean >= least)


def _most(what: str, values: Sequence[float], most: float, unit: str) -> Bar:
    if not values:
        return Bar(what, f"≤ {most:g}{unit}", "nothing to measure", None)
    mean = fmean(values)
    return Bar(what, f"≤ {most:g}{unit}", f"{mean:.1f}{unit} (worst {max(values):.1f}{unit})", mean <= most)


def _none(what: str, broken: Sequence[bool]) -> Bar:
    return Bar(what, "0", f"{sum(broken)} of {len(broken)}", not any(broken))


def _above(what: str, ours: Sequence[Judged], key: str) -> Bar:
    values = _figures(ours, key, "value")
    if not values:
        return Bar(what, "> 0, p < 0.01", "kinetic beats were not measured", None)
    p = _sign(sum(v > 0 for v in values), len(values))
    return Bar(what, "> 0, p < 0.01", f"{fmean(values):.3f}, sign test p {p:.2g}", fmean(values) > 0 and p < SURE)


def _energy(ours: Sequence[Judged]) -> Bar:
    """p over the set: how likely so many plans have p < 0.01 if one in a hundred has it by luck."""
    what, values, luck = "M6 energy fit, Spearman, mean", _figures(ours, "m6", "rho"), _figures(ours, "m6", "p")
    if not values:
        return Bar(what, "≥ 0.5, p < 0.01", "nothing to measure", None)
    sure = sum(p < SURE for p in luck)
    p = binomial(sure, len(luck), SURE)
    told = f"{fmean(values):.2f}, {sure} of {len(luck)} plans with p < 0.01"
    return Bar(what, "≥ 0.5, p < 0.01", told, fmean(values) >= 0.5 and p < SURE)


def _better(what: str, ours: Sequence[Judged]) -> Bar:
    pairs = [(j.card.m8.value, j.card.m8.chance) for j in ours]
    known = [(value, chance) for value, chance in pairs if value is not None and chance is not None]
    if not known:
        return Bar(what, "less, p < 0.01", "poses were not measured", None)
    ours_mean, random_mean = fmean(v for v, _ in known), fmean(c for _, c in known)
    p = _sign(sum(v < c for v, c in known), len(known))
    told = f"{ours_mean:.3f} against {random_mean:.3f}, sign test p {p:.2g}"
    return Bar(what, "less, p < 0.01", told, ours_mean < random_mean and p < SURE)


def _sign(better: int, of: int) -> float:
    """Sign test: probability of so many if better and worse were as likely."""
    return binomial(better, of, 0.5)
