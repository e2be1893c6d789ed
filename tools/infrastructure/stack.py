"""What was applied, as the rules look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Problems = Iterator[str]
Rule = Callable[["Stack"], Problems]


@dataclass(frozen=True)
class Resource:
    """One instance of a resource: `address` without its key, `values` its arguments and what the provider computed."""

    type: str
    name: str
    key: str | int | None
    values: dict[str, Any]
    depends_on: frozenset[str]
    """Addresses of everything that must be there before, however far away."""

    @property
    def address(self) -> str:
        """``type.name``."""
        return f"{self.type}.{self.name}"

    def __str__(self) -> str:
        return self.address if self.key is None else f"{self.address}[{self.key!r}]"

    def block(self, *path: str) -> dict[str, Any]:
        """The first block under a path of names; empty when one is missing."""
        values: Any = self.values
        for name in path:
            inner = (values or {}).get(name)
            values = inner[0] if isinstance(inner, list) and inner else {}
        return values if isinstance(values, dict) else {}


class Stack:
    """All resources of a state document (format 4) of one environment."""

    def __init__(self, state: dict[str, Any], environment: str) -> None:
        self.environment = environment
        self.resources = tuple(
            Resource(
                entry["type"],
                entry["name"],
                instance.get("index_key"),
                instance["attributes"],
                frozenset(instance.get("dependencies", ())),
            )
            for entry in state["resources"]
            if entry["mode"] == "managed"
            for instance in entry["instances"]
        )
        self._accounts = {account.values["member"]: account for account in self.of("google_service_account")}

    def of(self, *types: str) -> list[Resource]:
        """Resources of these types."""
        return [resource for resource in self.resources if resource.type in types]

    def one(self, type_: str, name: str, key: str | int | None = None) -> Resource:
        """The resource of that address. Raises LookupError."""
        for resource in self.of(type_):
            if resource.name == name and resource.key == key:
                return resource
        raise LookupError(f"there is no {type_}.{name}" + ("" if key is None else f"[{key!r}]"))

    def component(self, member: str) -> str:
        """The component whose service account `member` is; a member that is none of ours as it is written."""
        account = self._accounts.get(member)
        return member if account is None else str(account.values["account_id"]).removeprefix("bachata-")
