"""The vectors: unit norm, the same everywhere, and telling like from unlike."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bachata.moves.embedding import DIMENSIONS, TEXT_WEIGHT, Profile, embed, profile_of
from bachata.moves.glossary import ALIASES
from tests.choreography.worlds import make_library, make_move


def cosine(a: Profile, b: Profile) -> float:
    return float(embed(a) @ embed(b))


@given(
    st.text(max_size=80),
    st.none() | st.floats(30, 300),
    st.none() | st.sampled_from(["beginner", "intermediate", "advanced"]),
    st.none() | st.floats(0, 1),
)
def test_unit_norm_or_refused(text: str, tempo: float | None, difficulty: str | None, energy: float | None) -> None:
    profile = Profile(text=text, tempo=tempo, difficulty=difficulty, energy=energy)
    try:
        vector = embed(profile)
    except ValueError:
        assert tempo is difficulty is energy is None
        return
    assert vector.shape == (DIMENSIONS,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@given(st.floats(80, 160), st.floats(80, 160))
def test_tempi_are_alike_by_their_ratio(a: float, b: float) -> None:
    assume(abs(np.log(a / b)) > 1e-3)
    alike, unlike = cosine(Profile(tempo=a), Profile(tempo=a * 1.02)), cosine(Profile(tempo=a), Profile(tempo=a * 1.2))
    assert alike > 0.9
    assert unlike < 0.2


def test_each_trait_draws_like_to_like() -> None:
    base = {"text": "spin . giro", "tempo": 126.0, "difficulty": "advanced", "energy": 0.85, "styles": ("energetic",)}
    other = {"text": "hip roll", "tempo": 105.0, "difficulty": "beginner", "energy": 0.15, "styles": ("sensual",)}
    whole = Profile(**base)  # type: ignore[arg-type]
    for name, value in other.items():
        changed = Profile(**{**base, name: value})  # type: ignore[arg-type]
        assert cosine(whole, changed) < 0.95 < cosine(whole, whole)


def test_weights_are_what_is_documented() -> None:
    same_words = cosine(Profile(text="spin", tempo=70.0), Profile(text="spin", tempo=180.0))
    assert same_words == pytest.approx(TEXT_WEIGHT, abs=0.01)


@pytest.mark.parametrize(
    ("words", "label"), [("giros", "spin"), ("caderas", "hiprolls"), ("cross body lead", "cross_body_lead")]
)
def test_names_people_use_find_the_move(words: str, label: str) -> None:
    moves = [make_move(name, label=name) for name in ALIASES]
    best = max(moves, key=lambda m: float(embed(profile_of(m)) @ embed(Profile(text=words))))
    assert best.label == label


def test_a_library_is_told_apart() -> None:
    moves = make_library(96, seed=5)
    vectors = np.stack([embed(profile_of(m)) for m in moves])
    likeness = vectors @ vectors.T - 2 * np.eye(len(moves))
    mean = (likeness.sum() + len(moves)) / (len(moves) * (len(moves) - 1))
    assert mean < 0.7  # the old system's text vectors: 0.80, its pose vectors: 0.978
    nearest = np.argsort(-likeness, axis=1)[:, :5]
    same = np.mean([[moves[j].label == moves[i].label for j in row] for i, row in enumerate(nearest)])
    assert same > 4 * (5 / 95)  # chance: five others of its label among 95


def test_the_same_in_every_process() -> None:
    code = (
        "from bachata.moves.embedding import Profile, embed; import hashlib, numpy as np;"
        "v = embed(Profile(text='romantic spin . giro', tempo=120.0, energy=0.5));"
        "print(hashlib.sha256(np.round(v, 5).tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    here = np.round(embed(Profile(text="romantic spin . giro", tempo=120.0, energy=0.5)), 5)
    assert digests == {hashlib.sha256(here.tobytes()).hexdigest() + "\n"}


def test_nothing_has_no_direction() -> None:
    with pytest.raises(ValueError, match="no direction"):
        embed(Profile())
