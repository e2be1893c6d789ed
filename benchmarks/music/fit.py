"""python -m benchmarks.music.fit [--songs N]: fit the weights of src/bachata/music/fitted.py on the tune halves.

Three bands play, so that no band's habits are taken for bachata's: the main set, the sample band and the third band.
Only seeds of the tune half are used (`songs.TUNE`). Takes about half an hour; prints how well weights fitted on two
bands serve the third, then writes the file. The analyser's version has to be raised afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from bachata.music import counts, fitted, pulses
from bachata.music.beats import DynamicTracker
from bachata.music.decode import Sound
from bachata.music.features import Features, Listener
from bachata.music.grid import regress
from bachata.music.onsets import onsets
from bachata.music.turns import Harmonies
from benchmarks.music.measures import phase_of
from benchmarks.music.songs import TUNE, other_band, song, third_band

try:
    import mir_eval
except ModuleNotFoundError as error:
    raise SystemExit("benchmarks/music needs mir_eval: python -m pip install -e '.[bench]'") from error

TARGET = Path(fitted.__file__)
RIDGE = {"pulse": 30.0, "bar": 10.0, "phrase": 10.0}
"""Strength of the penalty on squared weights, chosen by how well two bands' weights served the third."""

_RIGHT = 0.7  # F-measure from which a pulse is the one that was played


@dataclass(frozen=True)
class Choice:
    """Alternatives described by numbers, shape (alternatives, numbers), of which `right` was played."""

    numbers: np.ndarray
    right: int


@dataclass(frozen=True)
class Example:
    """What one song teaches; None where it teaches nothing."""

    band: str
    pulse: Choice | None
    bar: Choice
    phrase: Choice


def examples(count: int) -> Iterator[Example]:
    makers: dict[str, Callable[[int, int, Path], tuple[Any, ...]]] = {
        "main": song,
        "sample": other_band,
        "third": third_band,
    }
    with tempfile.TemporaryDirectory(prefix="bachata-fit-") as directory:
        for band, make in makers.items():
            for seed in TUNE[band]:
                for number in range(count):
                    path, truth, *_ = make(number, seed, Path(directory))
                    yield example(band, heard_from(path), truth)
                    path.unlink()
                    print(f"{band} {seed} {number}", flush=True)


def heard_from(path: Path) -> Features:
    listener = Listener()
    for block in Sound(path, meter=False).blocks():
        listener.push(block)
    return listener.finish()


def example(band: str, features: Features, truth: Any) -> Example:
    heard, harmonies = onsets(features), Harmonies.of(features)
    found = regress(DynamicTracker().track(heard), features, heard).beats
    alternatives, descriptions = pulses.described(heard, harmonies, found)
    matches = [mir_eval.beat.f_measure(truth.beats, pulse.beats(found)) for pulse in alternatives]
    best = int(np.argmax(matches))
    pulse = None
    if matches[best] > _RIGHT:
        pulse = Choice(descriptions, best)
    # Counts are learned on beats that are right, be it that the truth has to lend them.
    beats = found if mir_eval.beat.f_measure(truth.beats, found) > 0.9 else truth.beats
    one = phase_of(beats, truth)
    evidence = counts.phrase_evidence(features, heard, beats)[one % 4]
    return Example(
        band,
        pulse,
        Choice(counts.bar_evidence(features, heard, beats), one % 4),
        Choice(np.stack([evidence, -evidence]), one // 4),
    )


def weights(choices: list[Choice], ridge: float, *, positive: bool) -> np.ndarray:
    """Multinomial logistic regression with a ridge, over numbers scaled to unit deviation."""
    scale = np.concatenate([c.numbers for c in choices]).std(axis=0) + 1e-6

    def cost(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.5 * ridge * float(w @ w), ridge * w
        for choice in choices:
            numbers = choice.numbers / scale
            odds = numbers @ w
            shares = np.exp(odds - odds.max())
            shares /= shares.sum()
            total -= float(np.log(shares[choice.right] + 1e-300))
            slope = slope + shares @ numbers - numbers[choice.right]
        return total, slope

    start = np.zeros(scale.size)
    bounds = [(0.0, None)] * scale.size if positive else None
    return np.asarray(minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x / scale)


def right(choices: list[Choice], w: np.ndarray) -> str:
    hits = sum(int((c.numbers @ w).argmax()) == c.right for c in choices)
    return f"{hits} of {len(choices)}"


def fit(taught: list[Example]) -> dict[str, np.ndarray]:
    found = {}
    for what, ridge in RIDGE.items():
        positive = what != "pulse"

        def choices(bands: Iterable[str], what: str = what) -> list[Choice]:
            return [c for e in taught if e.band in bands and (c := getattr(e, what)) is not None]

        bands = sorted({e.band for e in taught})
        for band in bands:
            others = weights(choices(set(bands) - {band}), ridge, positive=positive)
            print(f"{what}: fitted on the other bands, right for {right(choices({band}), others)} of band {band}")
        found[what] = weights(choices(bands), ridge, positive=positive)
        print(f"{what}: fitted on all, right for {right(choices(bands), found[what])}")
    return found


def written(found: dict[str, np.ndarray]) -> str:
    head = TARGET.read_text().split("PULSE: Final", maxsplit=1)[0]
    return head + "\n".join(_constant(name.upper(), values) for name, values in found.items())


def _constant(name: str, values: np.ndarray) -> str:
    numbers = [f"{v:.4g}" for v in values]
    lines = [", ".join(numbers[i : i + 10]) + "," for i in range(0, len(numbers), 10)]
    return f"{name}: Final = np.array([\n" + "".join(f"    {line}\n" for line in lines) + "])  # fmt: skip\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--songs", type=int, default=40, help="of each seed")
    TARGET.write_text(written(fit(list(examples(parser.parse_args().songs)))))
    print(f"{TARGET.name} is written; raise the version in version.py")


if __name__ == "__main__":
    main()
