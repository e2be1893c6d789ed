"""The text part: unit norm, the same everywhere, and finding moves by the names people use."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.glossary import ALIASES
from bachata.moves.lexical import LEXICAL, phrases, text_of
from tests.choreography.worlds import make_library, make_move


def likeness(a: str, b: str) -> float:
    one, other = LEXICAL.embed([a, b])
    return float(one @ other)


@given(st.text(max_size=80))
def test_unit_norm_unless_nothing_is_said(text: str) -> None:
    (vector,) = LEXICAL.embed([text])
    assert (vector.shape, vector.dtype) == ((384,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1.0 if text.split() else 0.0, abs=1e-5)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_texts_do_not_depend_on_each_other(texts: list[str]) -> None:
    together = LEXICAL.embed(texts)
    assert [v.tobytes() for v in together] == [LEXICAL.embed([t])[0].tobytes() for t in texts]


@pytest.mark.parametrize(
    ("words", "label"),
    [("giros", "spin"), ("caderas", "hiprolls"), ("cross body lead", "cross_body_lead"), ("una sombra", "shadow")],
)
def test_names_people_use_find_the_move(words: str, label: str) -> None:
    moves = [make_move(name, label=name) for name in ALIASES]
    assert max(moves, key=lambda m: likeness(text_of(m), words)).label == label


def test_the_glossary_joins_what_shares_no_letter() -> None:
    assert likeness("giro", "spin") > 0.3
    assert likeness("giro", "step") < 0.1


def test_what_filters_and_costs_are_for_is_not_said() -> None:
    easy, hard = (
        make_move("m", difficulty=d, energy=e, style=s, tempo=t)
        for d, e, s, t in (("beginner", "low", "romantic", 100.0), ("advanced", "high", "playful", 140.0))
    )
    assert text_of(easy) == text_of(hard)
    assert text_of(make_move("m", label="spin")) != text_of(easy)


def test_words_of_another_script_are_words() -> None:
    assert likeness("舞", "舞") == pytest.approx(1.0, abs=1e-6)
    assert abs(likeness("舞", "蹈")) < 0.5


def test_a_library_is_told_apart() -> None:
    moves = make_library(96, seed=5)
    vectors = np.stack(LEXICAL.embed([text_of(m) for m in moves]))
    alike = vectors @ vectors.T - 2 * np.eye(len(moves))
    mean = (alike.sum() + len(moves)) / (len(moves) * (len(moves) - 1))
    assert mean < 0.4  # the old system's text vectors: 0.80
    nearest = np.argsort(-alike, axis=1)[:, :5]
    same = np.mean([[moves[j].label == moves[i].label for j in row] for i, row in enumerate(nearest)])
    assert same > 0.9  # chance: five others of its label among 95


def test_the_same_in_every_process() -> None:
    said = phrases(["romantic spin", "giro"])
    code = (
        "from bachata.moves.lexical import LEXICAL; import hashlib, numpy as np;"
        f"print(hashlib.sha256(np.round(LEXICAL.embed([{said!r}])[0], 5).tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    here = np.round(LEXICAL.embed([said])[0], 5)
    assert digests == {hashlib.sha256(here.tobytes()).hexdigest() + "\n"}
