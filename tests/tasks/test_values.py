"""Whatever Python calls JSON, PostgreSQL stores after `storable`."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import JSONB

from bachata.tasks.values import storable

TEXT = st.text(st.characters())  # surrogates and NUL included
# jsonb numbers are decimals: a float that is a whole number beyond 2**53 comes back as another integer.
FLOATS = st.floats(-1e15, 1e15) | st.sampled_from([float("nan"), float("inf"), float("-inf")])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(value=JSON)
def test_any_value_is_stored_and_comes_back(engine, value):
    clean = storable(value)
    query = sa.select(sa.cast(sa.bindparam("v", {"v": clean}, JSONB), JSONB))
    with engine.connect() as connection:
        assert connection.execute(query).scalar() == {"v": clean}


@given(value=JSON)
def test_it_is_json_and_stays_as_it_is_the_second_time(value):
    clean = storable(value)
    json.dumps(clean, allow_nan=False).encode()
    assert storable(clean) == clean


@pytest.mark.parametrize("value", ["", "año ¡baila! 💃", {"a": [1, 2.5, None, True]}, []])
def test_decent_values_are_not_touched(value):
    assert storable(value) == value
