"""Numbers that say of what kind they are and where they come from, and documents of them.

A measured or a configured number quotes the line of the repository it was read from; a test holds the quote against
the file.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

Kind = Literal["documented", "remembered", "reported", "measured", "configured", "assumed"]
"""documented: read on the named page. remembered: of such a page, from memory; check it before relying on it.
reported: by users of the service. measured: by us. configured: our own choice, in the named file. assumed: a guess."""


class InvalidInputs(ValueError):
    """The document is wrong; the message names every fault with its place."""


class Part(BaseModel):
    """Of a document: no key may be misspelt, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(Part):
    """A number, what it counts, and why anybody should believe it."""

    value: float = Field(ge=0, allow_inf_nan=False)
    unit: str
    kind: Kind
    source: str = Field(min_length=1, description="a page, a file of this repository, or the reason for a guess")
    quote: str | None = Field(None, description="the very words of that file")
    derived: str | None = Field(None, description="how the value follows, when the quote does not hold it as it is")
    date: date

    @model_validator(mode="after")
    def _files_are_quoted(self) -> Self:
        if self.kind in {"measured", "configured"} and self.quote is None:
            raise ValueError("a measured or configured number quotes the line it was read from")
        return self

    def __int__(self) -> int:
        return int(self.value)


def _positive(number: Number) -> Number:
    if number.value <= 0:
        raise ValueError("must be more than 0")
    return number


def _share(number: Number) -> Number:
    if number.value > 1:
        raise ValueError("a share is at most 1")
    return number


Positive = Annotated[Number, AfterValidator(_positive)]
Share = Annotated[Number, AfterValidator(_share)]


class Spread(Part):
    """How a time is distributed: always its median, exponential with it, or lognormal through median and p95."""

    shape: Literal["constant", "exponential", "lognormal"]
    median: Positive
    p95: Positive | None = None

    @model_validator(mode="after")
    def _p95_fits_the_shape(self) -> Self:
        if (self.shape == "lognormal") != (self.p95 is not None):
            raise ValueError("a lognormal spread has a p95, the others have none")
        if self.p95 is not None and self.p95.value < self.median.value:
            raise ValueError("p95 is less than the median")
        return self


Document = TypeVar("Document", bound=Part)


def numbers(document: Part) -> dict[str, Number]:
    """Every number by its path, in the order of the document."""
    return dict(_numbers(document, ""))


def _numbers(part: Part, prefix: str) -> list[tuple[str, Number]]:
    found: list[tuple[str, Number]] = []
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Number):
            found.append((prefix + name, value))
        elif isinstance(value, Part):
            found += _numbers(value, f"{prefix}{name}.")
    return found


def read(path: Path, model: type[Document]) -> Document:
    """Read a document of numbers; one without a date has the document's.

    Raises InvalidInputs naming every fault with its place.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        _date(document, document.pop("date", None))
        return model.model_validate(document)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputs(f"{path.name} is not TOML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or 'document'}: {e['msg']}" for e in error.errors())
        raise InvalidInputs(f"{path.name}: {faults}") from None


def _date(part: Any, usual: date | None) -> None:
    if isinstance(part, dict):
        if "value" in part and usual is not None:
            part.setdefault("date", usual)
        for inner in part.values():
            _date(inner, usual)
