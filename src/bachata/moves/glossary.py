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
    "basic": ("basic", "basic step", "side basic", "front step", "basico", "paso basico", "base"),
    "spin": ("spin", "spins", "double turn", "pirouette", "giro", "giros", "pirueta"),
    "ladyturn": ("lady turn", "ladys turn", "right turn", "turn", "turns", "vuelta", "vueltas", "vuelta de la chica"),
    "bolero": ("bolero", "slow step", "bolero step", "paso de bolero"),
    "style": ("style", "styling", "lady styling", "estilo"),
    "bodywaves": ("body wave", "body waves", "body roll", "body rolls", "ondulacion", "ola", "olas", "onda"),
    "hiprolls": ("hip roll", "hip rolls", "hips", "cadera", "caderas", "movimiento de cadera"),
    "shadow": ("shadow", "shadow position", "sombra", "posicion de sombra"),
    "hammerlock": ("hammerlock", "hammer lock", "candado", "llave"),
    "intros": ("intro", "intros", "entrance", "opening", "entrada", "comienzo"),
    "footwork": ("footwork", "foot work", "feet", "steps", "juego de pies", "pasos", "zapateo"),
    "golpes": ("golpes", "golpe", "hits", "accents", "syncopation", "golpecitos"),
    "arm_styling": ("arm styling", "arms", "hand styling", "brazos", "estilo de brazos"),
    "headrolls": ("head roll", "head rolls", "head movement", "cabeza", "giro de cabeza", "cambre"),
    "outro": ("outro", "ending", "final pose", "dip", "final", "cierre"),
    "cross_body_lead": ("cross body lead", "cross body", "cbl", "cruce", "paso cruzado"),
}
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
