"""A sentence as what it says and what it refuses."""

from __future__ import annotations

import re

from bachata.choreography import vocabulary as words
from bachata.moves.glossary import ALIASES, fold, names_of

_JOINTS = r"[,;.!?:()]|\b(?:but|and|or|nor|with|pero|sino|y|e|o|u|ni|con)\b"
_SPLIT = re.compile(f"({_JOINTS})")
_LISTED = ("and", "y", "e", ",")
"""Go on with what is refused only if nothing but moves follows: "no spins and footwork", but "not fast and sensual"."""
_GO_ON = ("or", "nor", "o", "u", "ni")
_CLOSES = (*_GO_ON, "and", "y", "e")
_ENDS = (";", ".", "!", "?", ":", "(", ")", "but", "pero", "sino", "with", "con")
_HANGING = ("no", "not", "without", "sin", "nor", "ni")
_NAMES = {name for label in ALIASES for name in names_of(label)}
_LONGEST = max(len(name.split()) for name in _NAMES)
_LITTLE = ("any", "the", "a", "an", "too", "many", "much", "el", "la", "los", "las", "un", "una", "muchos", "muchas")


def parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `text` (lower case, no accents) says and what it refuses: two sequences of folded pieces."""
    for phrase in words.NO_NEGATIONS:
        text = re.sub(rf"\b{phrase}\b", " ", text)
    text = re.sub(r"n['’]t\b", " not", text)
    pieces = _SPLIT.split(text)
    joints = ["", *pieces[1::2]]
    said, refused = [], []
    negative = hanging = False
    for number, piece in enumerate(pieces[::2]):
        tokens = fold(piece).split()
        if not tokens:  # "spins, or turns": what was refused before the comma still is
            negative = negative and joints[number] not in _ENDS
            continue
        negative = negative and _goes_on(joints, number, tokens, hanging=hanging)
        at = 0 if negative or joints[number] in ("ni", "nor") else _negation(tokens)
        left = " ".join(t for t in tokens[at:] if t not in words.NEGATIONS)
        said.append(" ".join(tokens[:at]))
        refused.append(left)
        hanging = tokens[-1] in _HANGING  # "not with spins"; "too" at the end refuses nothing
        negative = bool(left) or hanging
    return tuple(said), tuple(refused)


def _negation(tokens: list[str]) -> int:
    return next((i for i, token in enumerate(tokens) if token in words.NEGATIONS), len(tokens))


def _goes_on(joints: list[str], number: int, tokens: list[str], *, hanging: bool) -> bool:
    """Whether what the piece before refused, this one refuses too."""
    joint = joints[number]
    if joint in _GO_ON or (joint in ("with", "con") and hanging):
        return True
    if joint not in _LISTED or not _only_moves(tokens):
        return False
    if joint != ",":
        return True
    closing = next((j for j in joints[number + 1 :] if j != ","), "")
    return closing in _CLOSES


def _only_moves(tokens: list[str]) -> bool:
    left = [t for t in tokens if t not in _LITTLE]
    while left:
        length = next((n for n in range(min(_LONGEST, len(left)), 0, -1) if " ".join(left[:n]) in _NAMES), 0)
        if not length:
            return False
        left = left[length:]
    return True
