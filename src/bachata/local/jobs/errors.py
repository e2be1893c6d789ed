"""Errors of the Jobs API, in the shape every Google API answers with."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer of ``{error: {code, status, message}}``; `code` is the HTTP status."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message

    @classmethod
    def invalid(cls, message: str) -> ApiError:
        """The request cannot be understood or breaks a limit."""
        return cls(400, "INVALID_ARGUMENT", message)

    @classmethod
    def missing(cls, message: str) -> ApiError:
        """What the path names does not exist."""
        return cls(404, "NOT_FOUND", message)

    def document(self) -> dict[str, Any]:
        """The body."""
        return {"error": {"code": self.code, "status": self.status, "message": self.message}}
