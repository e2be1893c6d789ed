"""Give database users exactly what their part of the pipeline needs, and say what had to be changed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bachata.errors import InvalidSettings
from bachata.settings import DatabasePart
from bachata.tasks.privileges import NEEDED, Privilege
from bachata.tasks.tables import metadata

# relacl holds what is granted on tables, attacl on columns; unnested they read alike (PostgreSQL manual, 5.8).
_HELD: Final = """
SELECT c.relname, a.privilege_type, ''
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables) AND a.grantee = :role
UNION
SELECT c.relname, a.privilege_type, t.attname
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped, aclexplode(t.attacl) a
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables) AND a.grantee = :role
"""


@dataclass(frozen=True, order=True)
class Change:
    """One privilege that a user was given, or lost."""

    user: str
    privilege: Privilege
    given: bool

    def __str__(self) -> str:
        verb, to = ("granted", "to") if self.given else ("revoked", "from")
        return f"{verb} {self.privilege} {to} {self.user}"


def apply(connection: Connection, grantees: Mapping[str, DatabasePart]) -> list[Change]:
    """Bring each user (name -> part) to `NEEDED` of its part on our tables; the changes it took, in order.

    Users who are not named are left alone. Raises InvalidSettings naming every user the server does not know.
    """
    roles = _roles(connection, grantees)
    if missing := sorted(set(grantees) - set(roles)):
        raise InvalidSettings(
            f"DB_GRANTEES names users the database does not have: {', '.join(missing)}; create them first"
        )
    changes = [
        change for user in sorted(grantees) for change in _changes(connection, user, roles[user], grantees[user])
    ]
    for change in changes:
        connection.exec_driver_sql(_statement(connection, change))
    return changes


def _roles(connection: Connection, users: Iterable[str]) -> dict[str, int]:
    """Names of the users there are -> what the catalogue calls them."""
    query = sa.text("SELECT rolname, oid FROM pg_roles WHERE rolname = ANY(:users)")
    return {str(name): int(oid) for name, oid in connection.execute(query, {"users": list(users)})}


def _changes(connection: Connection, user: str, role: int, part: DatabasePart) -> Iterator[Change]:
    rows = connection.execute(sa.text(_HELD), {"tables": sorted(metadata.tables), "role": role})
    held = {Privilege(*map(str, row)) for row in rows}
    # Revoked first: taking an action from a table takes it from the table's columns as well.
    yield from (Change(user, privilege, given=False) for privilege in sorted(held - NEEDED[part]))
    kept = {p for p in held & NEEDED[part] if not (p.column and Privilege(p.table, p.action) in held - NEEDED[part])}
    yield from (Change(user, privilege, given=True) for privilege in sorted(NEEDED[part] - kept))


def _statement(connection: Connection, change: Change) -> str:
    """The GRANT or REVOKE. Parameters cannot stand for names, so these are quoted by the dialect."""
    quoted = connection.dialect.identifier_preparer.quote_identifier
    privilege = change.privilege
    column = f" ({quoted(privilege.column)})" if privilege.column else ""
    verb, to = ("GRANT", "TO") if change.given else ("REVOKE", "FROM")
    return f"{verb} {privilege.action}{column} ON {quoted(privilege.table)} {to} {quoted(change.user)}"
