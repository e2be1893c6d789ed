"""Every kind of clip, first, in the middle and last, with every transition into it and out of it.

Each kind takes turns with a conformed clip: what is copied and what is encoded lie side by side. Every frame is held
against a picture drawn and blended in floating point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.kinds import FIRST, KINDS, WIDE, Kind, conformed
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]
Image = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

RATE = Fraction(30)
LENGTH = 11
"""Frames of a move."""
MIX = 4
"""Frames of a transition."""
TRANSITIONS = ("cut", "cut", "crossfade", "crossfade", "fade_black", "fade_black", "fade_white", "fade_white")
"""Into moves 2 to 9: each once out of the kind and once into it."""
STARTS = tuple(Fraction(n, 30) for n in (0, 4, 7, 15, 20))
"""Source seconds at which the kind is entered."""
FASTER = 2
"""Which of its turns is danced faster."""
SPEED = Fraction(11, 10)
PLAIN = "clips/conformed.mp4"
PLAIN_FIRST, PLAIN_EVERY = 2000, 10


@pytest.fixture(scope="module")
def plain(media: DirectoryStore) -> str:
    """A clip of 36 frames that conforms to the output."""
    conformed(media.root / PLAIN, range(PLAIN_FIRST, PLAIN_FIRST + 36), WIDE, every=PLAIN_EVERY)
    return PLAIN


@dataclass(frozen=True)
class Turn:
    """A move: its clip's kind (None: the conformed one), where it begins there, how fast it goes."""

    kind: Kind | None
    start: Fraction
    speed: Fraction = Fraction(1)

    def number(self, offset: int) -> int:
        time = self.start + offset * self.speed / RATE
        return PLAIN_FIRST + int(time * RATE) if self.kind is None else self.kind.number_at(time)

    def picture(self, offset: int) -> Image:
        return seen(self.number(offset), self.kind.shape if self.kind else Fraction(*WIDE))


def turns(kind: Kind) -> list[Turn]:
    """The kind five times, the conformed clip between: on its keyframes, and once beside one."""
    out = []
    for n, start in enumerate(STARTS):
        out.append(Turn(kind, start, SPEED if n == FASTER else Fraction(1)))
        if n < len(STARTS) - 1:
            out.append(Turn(None, Fraction(PLAIN_EVERY * (n % 2) + (3 if n == 3 else 0), 30)))
    return out


def document(path: str, plan: list[Turn]) -> Blueprint:
    moves = []
    for n, turn in enumerate(plan):
        how = {"transition_type": TRANSITIONS[n - 1], "transition_duration": round(MIX / 30, 6)} if n else {}
        moves.append(
            move(
                path if turn.kind else PLAIN,
                round(n * LENGTH / 30, 6),
                round(LENGTH / 30, 6),
                trim_start=round(float(turn.start), 6),
                speed=float(turn.speed),
                **how,
            )
        )
    size = f"{WIDE[0]}x{WIDE[1]}"
    return blueprint(moves, output_config={"resolution": size, "retime": "resample"})


def expected(plan: list[Turn]) -> Iterator[Image]:
    """What every frame of the video should look like, luma 16 to 235."""
    into = ("cut", *TRANSITIONS)
    for n, turn in enumerate(plan):
        after = into[n + 1] if n + 1 < len(plan) else "cut"
        for k in range(LENGTH):
            picture = turn.picture(k)
            if into[n] == "crossfade" and k < MIX:
                share = (k + 1) / (MIX + 1)
                picture = share * picture + (1 - share) * plan[n - 1].picture(LENGTH + k)
            elif into[n].startswith("fade") and k < MIX:
                picture = veiled(picture, into[n], 1 - k / MIX)
            if after.startswith("fade") and k >= LENGTH - MIX:
                picture = veiled(picture, after, (k - (LENGTH - MIX) + 1) / MIX)
            yield picture


def veiled(picture: Image, fade: str, share: float) -> Image:
    return (1 - share) * picture + share * (16 if fade == "fade_black" else 235)


def box(shape: Fraction) -> tuple[int, int, int, int]:
    """Left, top, width, height of a picture of a shape in the middle of the output."""
    width, height = WIDE
    if shape < Fraction(*WIDE):
        width = round(height * shape)
    else:
        height = round(width / shape)
    return (WIDE[0] - width) // 2, (WIDE[1] - height) // 2, width, height


def seen(number: int, shape: Fraction) -> Image:
    left, top, width, height = box(shape)
    picture = np.full((WIDE[1], WIDE[0]), 16.0)
    picture[top : top + height, left : left + width] = 16 + truth.numbered(number, (width, height)) * (219 / 255)
    return picture


def number_in(picture: truth.Picture, shape: Fraction) -> int:
    left, top, width, height = box(shape)
    return truth.number_in(picture[top : top + height, left : left + width])


def unmixed(plan: list[Turn]) -> Iterator[tuple[int, Turn, int]]:
    """(frame of the video, its move, offset in it) of all that no transition touches."""
    into = ("cut", *TRANSITIONS, "cut")
    for n, turn in enumerate(plan):
        first = 0 if into[n] == "cut" else MIX
        last = LENGTH - MIX if into[n + 1].startswith("fade") else LENGTH
        yield from ((n * LENGTH + k, turn, k) for k in range(first, last))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_in_every_place_with_every_transition(
    made: Made, out: Path, media: DirectoryStore, plain: str, name: str
) -> None:
    kind = KINDS[name]
    path = f"inputs/matrix-{name.replace(':', 'x')}{kind.suffix}"
    kind.write(media.root / path)
    plan = turns(kind)
    result = made(document(path, plan))

    shown = truth.lumas(out)
    assert len(shown) == result.frames == LENGTH * len(plan)
    assert result.cut_frames == [n * LENGTH for n in range(len(plan))]
    assert result.warnings == []
    found = {
        at: number_in(shown[at], turn.kind.shape if turn.kind else Fraction(*WIDE)) for at, turn, _ in unmixed(plan)
    }
    assert found == {at: turn.number(offset) for at, turn, offset in unmixed(plan)}
    losses = [float(np.abs(picture - true).mean()) for picture, true in zip(shown, expected(plan), strict=True)]
    assert max(losses) < kind.loss + 4, f"frame {int(np.argmax(losses))} differs most"
    own = truth.lumas(media.root / plain)
    assert all(np.array_equal(shown[LENGTH + k], own[k]) for k in range(LENGTH))  # copied, whatever lies around it
    assert [encoded.move for encoded in result.encoded_moves] == [n for n, turn in enumerate(plan) if turn.kind]
    (reason,) = {encoded.reason for encoded in result.encoded_moves}
    assert reason.startswith("it ")
    times = truth.presentation_times(out)
    assert times == pytest.approx([n / RATE for n in range(len(shown))], abs=1e-5)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.sound])
def test_a_clips_own_sound_begins_with_its_move(
    made: Made, out: Path, media: DirectoryStore, plain: str, name: str
) -> None:
    """Any rate and layout: its clicks lie where its pictures lie, in the first move, between silent ones, and last."""
    kind = KINDS[name]
    path = f"inputs/matrix-{name}{kind.suffix}"
    if not (media.root / path).exists():
        kind.write(media.root / path)
    starts = (0.0, 2.0, 4.0)
    moves = [
        shown
        for n, start in enumerate(starts)
        for shown in (move(path, start, 1.0, trim_start=0.1 * n), move(plain, start + 1.0, 1.0))
    ]
    document = blueprint(moves[:-1], output_config={"resolution": "128x72", "add_audio_overlay": False})
    assert made(document).frames == 150
    heard, clip = truth.samples_of(out), truth.samples_of(media.root / path)
    assert np.abs(heard[round(1.05 * truth.RATE) : round(1.95 * truth.RATE)]).max() < 0.02
    lags = []
    for n, start in enumerate(starts):
        laid = np.concatenate([np.zeros(round(start * truth.RATE)), clip[round(0.1 * n * truth.RATE) :]])
        lags += [truth.lag(heard, laid, start + click - 0.1 * n - 0.05, 0.2) for click in (0.35, 0.65)]
    assert max(abs(lag) for lag in lags) <= 0.001
    assert max(lags) - min(lags) <= 0.0002


def test_the_matrix_leaves_out_no_place_and_no_transition() -> None:
    plan = turns(KINDS["360p"])
    assert [turn.kind is None for turn in plan] == [False, True] * 4 + [False]
    changes = {(kind, before.kind is None) for kind, (before, _) in zip(TRANSITIONS, pairwise(plan), strict=True)}
    assert changes == {(kind, plain) for kind in TRANSITIONS for plain in (True, False)}
    assert FIRST + max(kind.frames for kind in KINDS.values()) < PLAIN_FIRST
