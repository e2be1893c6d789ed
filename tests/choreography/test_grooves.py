"""Which moves suit which groove."""

from __future__ import annotations

import pytest

from bachata.choreography.grooves import groove_of, unsuited
from bachata.moves.catalogue import LABELS


@pytest.mark.parametrize(
    ("label", "groove"),
    [
        ("basic", "derecho"), ("ladyturn", "derecho"), ("hiprolls", "majao"), ("shadow", "majao"),
        ("footwork", "mambo"), ("golpes", "mambo"), ("double_hip_roll", "majao"), ("juego de pies", "mambo"),
        ("intros", None), ("outro", None), ("moonwalk", None),
    ],
)  # fmt: skip
def test_labels_and_foreign_names(label: str, groove: str | None) -> None:
    assert groove_of(label) == groove


def test_every_label_but_intros_and_outros_suits_one() -> None:
    assert {label for label in LABELS if groove_of(label) is None} == {"intros", "outro"}


def test_what_is_not_known_lies_between_right_and_wrong() -> None:
    assert unsuited("footwork", "mambo") == 0.0
    assert unsuited("footwork", "majao") == 1.0
    assert unsuited("footwork", None) == unsuited("moonwalk", "majao") == 0.5
