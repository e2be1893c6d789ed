"""Names, styles and roles of labels."""

from __future__ import annotations

import pytest

from bachata.moves.catalogue import LABELS
from bachata.moves.glossary import ALIASES, fold, labels_in, names_of, role_of, style_of


def test_every_inherited_label_has_names_in_its_folded_form() -> None:
    assert set(ALIASES) == set(LABELS)
    assert all(name == fold(name) for names in ALIASES.values() for name in names)


# The rule of the inherited ingest, as its library carries it.
@pytest.mark.parametrize(
    ("label", "style"),
    [
        ("basic", "romantic"), ("intros", "romantic"), ("outro", "romantic"), ("spin", "energetic"),
        ("footwork", "energetic"), ("golpes", "energetic"), ("bodywaves", "sensual"), ("hiprolls", "sensual"),
        ("headrolls", "sensual"), ("shadow", "sensual"), ("sensual_basic", "sensual"), ("bolero", "playful"),
        ("style", "playful"), ("hammerlock", "playful"), ("arm_styling", "playful"), ("something new", "playful"),
    ],
)  # fmt: skip
def test_style_of_a_label(label: str, style: str) -> None:
    assert style_of(label) == style


@pytest.mark.parametrize(
    ("label", "role"), [("intros", "intro"), ("Intro", "intro"), ("outro", "outro"), ("spin", "any")]
)
def test_role_of_a_label(label: str, role: str) -> None:
    assert role_of(label) == role


def test_labels_in_a_sentence_are_whole_words() -> None:
    assert labels_in("Ondulación y GIROS, por favor") == ["spin", "bodywaves"]
    assert labels_in("spinning hipsters") == []


def test_a_foreign_label_is_its_own_name() -> None:
    assert names_of("Moon-Walk") == ("moon walk",)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("con mucho meneo", "hiprolls"), ("punta y tacón", "footwork"), ("una culebrita", "bodywaves"),
        ("un quiebre en el cuatro", "golpes"), ("hair comb", "arm_styling"), ("cambré", "headrolls"),
        ("posición de sombra", "shadow"), ("brazo a la espalda", "hammerlock"), ("cambio de lado", "cross_body_lead"),
        ("underarm turn", "ladyturn"), ("giro doble", "spin"), ("lado a lado", "basic"), ("con adornos", "style"),
        ("boleros", "bolero"), ("reverencia", "outro"), ("invitación", "intros"),
    ],
)  # fmt: skip
def test_what_dancers_say(said: str, label: str) -> None:
    assert label in labels_in(said)


def test_a_name_belongs_to_one_label() -> None:
    names = [name for label in LABELS for name in names_of(label)]
    assert len(names) == len(set(names))


def test_words_of_plain_requests_are_no_moves() -> None:
    for request in (
        "romantic beginner bachata with smooth transitions, about a minute",
        "something energetic and fast for advanced dancers, two minutes, no slow parts",
        "una bachata sensual y tranquila para principiantes, un minuto y medio",
        "algo movido y divertido para una fiesta",
    ):
        assert labels_in(request) == []
