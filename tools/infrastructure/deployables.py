"""Functions and jobs of a stack, alike: their environment, their account, their archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.infrastructure.stack import Resource, Stack
from tools.infrastructure.toolchain import BUILD


@dataclass(frozen=True)
class Deployable:
    """A component that runs our code. `plain`: variables and values; `secret`: variables and their secrets."""

    name: str
    resource: Resource
    account: str
    plain: dict[str, str]
    secret: dict[str, str]

    @property
    def archive(self) -> Path:
        """What it is built from."""
        return BUILD / f"{self.name}.zip"

    @property
    def variables(self) -> set[str]:
        """Names of all variables it is given."""
        return {*self.plain, *self.secret}


def deployables(stack: Stack) -> Iterator[Deployable]:
    """All of them."""
    for function in stack.of("google_cloudfunctions2_function"):
        service = function.block("service_config")
        secrets = {s["key"]: s["secret"] for s in service["secret_environment_variables"]}
        yield Deployable(
            function.values["name"], function, service["service_account_email"],
            dict(service["environment_variables"] or {}), secrets,
        )  # fmt: skip
    for job in stack.of("google_cloud_run_v2_job"):
        task = job.block("template", "template")
        [container] = task["containers"]
        plain = {e["name"]: e["value"] for e in container["env"] if not e["value_source"]}
        secrets = {
            e["name"]: e["value_source"][0]["secret_key_ref"][0]["secret"]
            for e in container["env"]
            if e["value_source"]
        }
        yield Deployable(job.values["name"], job, task["service_account"], plain, secrets)
