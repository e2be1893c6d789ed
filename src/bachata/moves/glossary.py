"""What dancers call the moves, in English and Spanish, and what a label alone implies: style, role.

Labels of the inherited library are known here; a foreign label is its own only name and plays no special role.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from bachata.moves.catalogue import Style

Role = Literal["intro", "outro", "any"]

ALIASES: dict[str, tuple[str, ...]] = {
    "basic": (
        "basic", "basic step", "side basic", "front step", "side to side", "box step", "back basic",
        "basico", "paso basico", "base", "lado a lado", "paso lateral", "cuadrado", "cuadro",
    ),
    "spin": (
        "spin", "spins", "double turn", "pirouette", "double spin", "free spin",
        "giro", "giros", "pirueta", "piruetas", "giro doble", "trompo",
    ),
    "ladyturn": (
        "lady turn", "ladys turn", "right turn", "turn", "turns", "left turn", "inside turn", "outside turn",
        "underarm turn", "follow turn", "vuelta", "vueltas", "vuelta de la chica", "vuelta de la dama", "vueltita",
    ),
    "bolero": (
        "bolero", "slow step", "bolero step", "sway", "swaying",
        "paso de bolero", "boleros", "abolerado", "vaiven", "balanceo",
    ),
    "style": (
        "style", "styling", "lady styling", "lady style", "mens styling", "flavor",
        "estilo", "adorno", "adornos", "sabor", "sabrosura",
    ),
    "bodywaves": (
        "body wave", "body waves", "body roll", "body rolls", "wave", "waves", "chest roll", "snake",
        "ondulacion", "ondulaciones", "ola", "olas", "onda", "ondas", "culebra", "culebrita", "serpiente",
    ),
    "hiprolls": (
        "hip roll", "hip rolls", "hips", "hip circles", "hip isolation", "grind", "grinding",
        "cadera", "caderas", "movimiento de cadera", "circulos de cadera", "caderazo", "cintura", "meneo", "meneito",
    ),
    "shadow": (
        "shadow", "shadow position", "tandem", "sweetheart",
        "sombra", "posicion de sombra", "sombras", "novios", "de espaldas",
    ),
    "hammerlock": (
        "hammerlock", "hammer lock", "arm lock",
        "candado", "llave", "candados", "brazo atras", "brazo a la espalda",
    ),
    "intros": (
        "intro", "intros", "entrance", "opening", "introduction", "invitation",
        "entrada", "comienzo", "introduccion", "apertura", "invitacion",
    ),
    "footwork": (
        "footwork", "foot work", "feet", "steps", "shines", "fancy feet", "heel toe", "dominican steps",
        "juego de pies", "pasos", "zapateo", "zapateado", "pasitos", "punta y tacon", "taconeo", "repique",
        "pasos libres", "paso dominicano",
    ),
    "golpes": (
        "golpes", "golpe", "hits", "accents", "syncopation", "stomp", "stomps", "body hits",
        "golpecitos", "acentos", "sincopa", "sincopado", "contratiempo", "quiebre", "quiebres",
    ),
    "arm_styling": (
        "arm styling", "arms", "hand styling", "hands", "hair comb",
        "brazos", "estilo de brazos", "manos", "peinado", "peinada",
    ),
    "headrolls": (
        "head roll", "head rolls", "head movement", "head circle", "hair whip", "hair flip",
        "cabeza", "giro de cabeza", "cambre", "circulo de cabeza", "melena", "latigazo",
    ),
    "outro": (
        "outro", "ending", "final pose", "dip", "dips", "finale",
        "final", "cierre", "pose final", "caida", "remate", "despedida", "reverencia",
    ),
    "cross_body_lead": (
        "cross body lead", "cross body", "cbl", "crossbody", "place change",
        "cruce", "paso cruzado", "cambio de lugar", "cambio de lado",
    ),
}  # fmt: skip
"""Label to the names people use for it, folded as `fold` folds."""

_ROMANTIC = ("basic", "intro", "outro")
_ENERGETIC = ("spin", "footwork", "golpes")
_SENSUAL = ("bodywave", "hiproll", "headroll", "shadow", "sensual")


def fold(text: str) -> str:
    """Lower case, without accents or punctuation, words parted by single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def names_of(label: str) -> tuple[str, ...]:
    """All names of a label, folded; the label itself first."""
    return tuple(dict.fromkeys((fold(label), *ALIASES.get(label, ()))))


def labels_in(text: str) -> list[str]:
    """Labels whose names occur as whole words in `text`, in the order of the glossary."""
    words = f" {fold(text)} "
    return [label for label in ALIASES if any(f" {name} " in words for name in names_of(label))]


def style_of(label: str) -> Style:
    """The style a label implies when the annotation names none (rule of the inherited ingest)."""
    folded = fold(label).replace(" ", "")
    if any(word in folded for word in _SENSUAL):
        return "sensual"
    if any(word in folded for word in _ROMANTIC):
        return "romantic"
    if any(word in folded for word in _ENERGETIC):
        return "energetic"
    return "playful"


def role_of(label: str) -> Role:
    """Whether a move belongs to the start or the end of a dance, or anywhere."""
    folded = fold(label)
    if folded.startswith("intro"):
        return "intro"
    if folded.startswith("outro"):
        return "outro"
    return "any"
