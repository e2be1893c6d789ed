"""The scorecard in plain words: one tile for each metric a reader can use.

Reads the JSON of `bachata.choreography.scorecard`. A metric that is absent, or lacks its main figure, has no tile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bachata.report import words


@dataclass(frozen=True)
class Tile:
    """One score. `share` and `chance` lie between 0 and 1 and are drawn as a bar; `met` is None without a target."""

    title: str
    figure: str
    unit: str
    explanation: str
    share: float | None = None
    chance: float | None = None
    target: str = ""
    met: bool | None = None


def tiles(scorecard: Mapping[str, Any] | None) -> list[Tile]:
    """The tiles of a scorecard, the most telling first. Empty without one."""
    found = []
    for name, tell in _TOLD.items():
        metric = (scorecard or {}).get(name)
        if isinstance(metric, Mapping):
            found.append(tell(metric))
    return [tile for tile in found if tile is not None]


def _count_one(metric: Mapping[str, Any]) -> Tile | None:
    rate, chance = _number(metric, "rate"), _number(metric, "chance")
    if rate is None:
        return None
    text = "Dancers begin a move on count 1, so a new move should appear there."
    if chance is not None:
        text += f" Cuts on beats picked blindly would hit it {words.percent(chance)} of the time"
        text += f"; {_luck(_number(metric, 'p'))}."
    return Tile("Changes on the 1", *_percent(rate), text, rate, chance, "Aim: at least 90\u202f%", _holds(metric))


def _phase(metric: Mapping[str, Any]) -> Tile | None:
    mean, together = _number(metric, "mean"), _number(metric, "resultant")
    if mean is None or not metric.get("counts"):
        return None
    side = "off" if abs(mean) < 0.0005 else "late" if mean > 0 else "early"
    text = f"The steps inside the clips, against the song’s counts: {1000 * abs(mean):.0f} ms {side} on average."
    if together is None:
        return Tile("Steps in time", f"{1000 * abs(mean):.0f}", "ms", text)
    text += " 100\u202f% is every step at the same distance from its count; steps at random times would come near 0."
    aim = "Aim: 90\u202f% and within 20 ms"
    return Tile("Steps in time", *_percent(together), text, together, 0.0, aim, _holds(metric))


def _motion(metric: Mapping[str, Any]) -> Tile | None:
    value = _number(metric, "value")
    if value is None:
        return None
    text = (
        "The moments in which the dancers’ own motion pauses or turns, against the beat: 1 is all of them on a beat, "
    )
    text += f"0 is the same dancing at any other time; {_luck(_number(metric, 'p'), 'shifted dancing')}."
    aim = "Aim: above 0, hardly by luck"
    return Tile("Motion on the beat", words.number(value, 2), "of 1", text, value, 0.0, aim, _holds(metric))


def _cut_error(metric: Mapping[str, Any]) -> Tile | None:
    p95, middle = _number(metric, "p95"), _number(metric, "median")
    if p95 is None or not metric.get("cuts"):
        return None
    text = "How far the cuts are from the beat, for all but the worst twentieth. A frame at 30 a second lasts 33 ms, so"
    text += " half of that is the best a picture can do."
    if middle is not None:
        text += f" Half of the cuts are within {1000 * middle:.1f} ms."
    aim = "Aim: at most 16.7 ms"
    return Tile("Cuts to the beat", f"{1000 * p95:.1f}", "ms", text, target=aim, met=_holds(metric))


def _energy(metric: Mapping[str, Any]) -> Tile | None:
    if "rho" not in metric:
        return None
    title = "Energy with the music"
    rho = _number(metric, "rho")
    if rho is None:
        return Tile(title, words.DASH, "", "The music, or the moves, are too much the same, or too few, to compare.")
    text = "1 is lively moves exactly where the music is lively, 0 is no relation, below 0 the wrong way round;"
    text += f" {_luck(_number(metric, 'p'), 'the same moves in shuffled order')}."
    return Tile(title, words.number(rho, 2), "of 1", text, rho, 0.0, "Aim: at least 0.5", _holds(metric))


def _variety(metric: Mapping[str, Any]) -> Tile | None:
    used, unique = _number(metric, "used"), _number(metric, "unique")
    if used is None or unique is None:
        return None
    text = f"{words.percent(unique)} of the places show a move not seen before."
    if (available := _number(metric, "available")) is not None:
        text += f" The library has {words.plural(round(available), 'move')} for this level and tempo."
    gap = _number(metric, "gap")
    text += " None comes back." if gap is None else f" The soonest return comes after {words.number(gap, 1)} phrases."
    aim = "Aim: no return within 4 phrases"
    return Tile("Variety", words.number(used), "moves", text, unique, None, aim, _holds(metric))


def _seams(metric: Mapping[str, Any]) -> Tile | None:
    value, chance = _number(metric, "value"), _number(metric, "chance")
    if value is None:
        return None
    text = "How far the dancers leap where one clip follows another: 0 is the same pose, 1 another one altogether."
    if chance is not None:
        text += f" The same moves in random order: {words.number(chance, 2)}; "
        text += f"{_luck(_number(metric, 'p'), 'a random order')}."
    if (over := _number(metric, "over_limit")) is not None:
        text += f" {words.percent(over)} of the joins leap further than a step does."
    aim = "Aim: less than in random order"
    return Tile("Joins", words.number(value, 2), "of 1", text, value, chance, aim, _holds(metric))


def _stretch(metric: Mapping[str, Any]) -> Tile | None:
    mean, six, ten = (_number(metric, name) for name in ("mean", "beyond_6", "beyond_10"))
    if mean is None or six is None or ten is None:
        return None
    text = "How much faster or slower than danced the moves play, on average, so that their counts meet the song’s."
    text += f" {words.percent(six)} of them differ by more than 6\u202f%, {words.percent(ten)} by more than 10."
    figure = words.number(100 * mean, 1)  # the metric is |ln speed|, at these sizes the same
    aim = "Aim: under a fifth beyond 6\u202f%, none beyond 10"
    return Tile("Change of speed", figure, "%", text, target=aim, met=_holds(metric))


def _adherence(metric: Mapping[str, Any]) -> Tile | None:
    allowed = _number(metric, "not_harder")
    if allowed is None:
        return None
    parts = ["None of the moves" if allowed == 1 else f"{words.percent(1 - allowed)} of the moves"]
    parts[0] += (" is" if allowed == 1 else " are") + " harder than asked."
    if (level := _number(metric, "difficulty")) is not None:
        parts.append(f"{words.percent(level)} are of exactly that level.")
    if (style := _number(metric, "style")) is not None:
        parts.append(f"{words.percent(style)} are of the style asked for.")
    if (off := _number(metric, "length_error")) is not None:
        parts.append(f"The length is {words.number(off, 1)} s off the wish: it ends on a count 1.")
    if metric.get("roles_kept") is False:
        parts.append("An opening or closing move stands in the middle.")
    if unwanted := _number(metric, "unwanted"):
        parts.append(f"{words.plural(round(unwanted), 'place')} show what was not wanted.")
    if isinstance(missing := metric.get("wanted_missing"), list) and missing:
        parts.append(f"Missing: {', '.join(words.title(str(label)) for label in missing)}.")
    share = _number(metric, "value")
    aim = "Aim: every wish that the library can keep"
    return Tile(
        "As asked", *_percent(allowed if share is None else share), " ".join(parts), share, None, aim, _holds(metric)
    )


def _file(metric: Mapping[str, Any]) -> Tile | None:
    frames, planned = _number(metric, "frames"), _number(metric, "planned")
    if frames is None or planned is None:
        return None
    text = f"The file holds {words.number(frames)} of {words.number(planned)} planned pictures."
    value = _number(metric, "value")
    title, aim = "Picture and sound", "Aim: all pictures, the song’s place within 1 ms"
    if value is None:
        return Tile(title, words.number(frames), "pictures", text, target=aim, met=_holds(metric))
    text += " From its start to its end the song stays where it is, but for so much."
    return Tile(title, words.number(1000 * value, 2), "ms", text, target=aim, met=_holds(metric))


_TOLD: dict[str, Callable[[Mapping[str, Any]], Tile | None]] = {
    "m2": _count_one,
    "m3": _phase,
    "m4": _motion,
    "m6": _energy,
    "m7": _variety,
    "m8": _seams,
    "m1": _cut_error,
    "m5": _stretch,
    "m9": _adherence,
    "m10": _file,
}


def _number(metric: Mapping[str, Any], name: str) -> float | None:
    value = metric.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _holds(metric: Mapping[str, Any]) -> bool | None:
    """Whether its bar holds, as the scorecard judged; None if it could not."""
    holds = metric.get("holds")
    return holds if isinstance(holds, bool) else None


def _percent(share: float) -> tuple[str, str]:
    return words.number(100 * share), "%"


def _luck(p: float | None, who: str = "blind luck") -> str:
    """A p-value as how often chance does as well."""
    if p is None:
        return f"how often {who} does as well is not known"
    if p <= 0.001:
        return f"{who} does as well less than once in a thousand tries"
    if p > 0.5:
        return f"{who} does as well more often than not"
    return f"{who} does as well once in {words.plural(round(1 / p), 'try', 'tries')}"
