"""How users and executions may be named in requests."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bachata.blueprint import Name

USER_ID = r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$"
_USER = re.compile(USER_ID)


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        raise ValueError("use letters, digits, '-', '_', '.' and '@', at most 100")  # it names a folder of the store
    return value


Execution = Annotated[Name, Field(max_length=500)]
UserId = Annotated[str, AfterValidator(_user)]
