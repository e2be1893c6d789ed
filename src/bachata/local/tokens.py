"""Who may call the services of one laptop cloud: in the cloud IAM decides, here a secret its own parts share.

Loopback ports are open to every user of a machine and, with some effort, to web pages its users visit.
"""

from __future__ import annotations

import hmac
import secrets


def new_token() -> str:
    """A token nobody can guess, made anew by every cloud."""
    return secrets.token_urlsafe(32)


def bears(authorization: str, token: str) -> bool:
    """Whether an Authorization header carries `token`."""
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
