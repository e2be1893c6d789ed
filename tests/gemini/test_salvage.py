"""One wrong value spoils no other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from bachata.gemini import salvage


class Item(BaseModel):
    model_config = ConfigDict(strict=True)

    place: int
    names: list[str] = Field(default_factory=list)


class Shape(BaseModel):
    model_config = ConfigDict(strict=True)

    level: Literal["low", "high"] | None = None
    number: Annotated[float, Field(ge=0, le=10)] | None = None
    names: list[Literal["a", "b"]] = Field(default_factory=list)
    items: list[Item] = Field(default_factory=list)


@pytest.mark.parametrize(
    ("answer", "kept", "faults"),
    [
        ({"level": "low", "number": 3}, {"level": "low", "number": 3.0}, ()),
        ({"level": "huge", "number": 3}, {"number": 3.0}, ("level",)),
        ({"level": ["low"], "number": "3"}, {}, ("level", "number")),
        ({"number": 11}, {}, ("number",)),
        ({"number": True}, {}, ("number",)),
        ({"number": float("nan")}, {}, ("number",)),
        ({"names": ["a", "x", "b", 3, "a"]}, {"names": ["a", "b", "a"]}, ("names",)),
        ({"names": "ab"}, {}, ("names",)),
        ({"items": [{"place": 1}, {"place": "2"}, {}, 5, {"place": 3, "names": ["x", 1, "y", None]}]},
         {"items": [{"place": 1, "names": []}, {"place": 3, "names": ["x", "y"]}]}, ("items",)),
        ({"unknown": 1, "level": "high"}, {"level": "high"}, ()),
        ({}, {}, ()),
    ],
)  # fmt: skip
def test_what_is_kept(answer: dict[str, Any], kept: dict[str, Any], faults: tuple[str, ...]) -> None:
    found, named = salvage(Shape, answer)
    assert found == Shape.model_validate(kept)
    assert sorted(named) == sorted(faults)


def test_the_answer_itself_is_left_alone() -> None:
    answer = {"names": ["x", "a"]}
    salvage(Shape, answer)
    assert answer == {"names": ["x", "a"]}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["low", "a", "b", "", "x"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["place", "names", "x"]), inner, max_size=3),
    max_leaves=15,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["level", "number", "names", "items", "other"]), VALUES))
def test_anything_becomes_the_shape_and_right_values_stay(answer: dict[str, Any]) -> None:
    found, faults = salvage(Shape, answer)
    assert Shape.model_validate(found.model_dump()) == found
    if answer.get("level") in ("low", "high"):
        assert found.level == answer["level"]
    if isinstance(answer.get("names"), list):
        assert found.names == [n for n in answer["names"] if isinstance(n, str) and n in ("a", "b")]
    assert set(faults) <= set(answer)
