"""Who was granted what on what, read from a stack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tools.infrastructure.stack import Resource, Stack

_PREFIX: Final = re.compile(
    r'resource\.name\.startsWith\("projects/_/buckets/[^/"]+/objects/([^"]+)"\)'
    r'|resource\.name\.extract\("projects/_/buckets/[^/"]+/objects/([^"]+)"\) != ""'
)
_PLACES: Final = {
    "google_project_iam_member": "project",
    "google_cloud_run_v2_service_iam_member": "function {name}",
    "google_cloud_run_v2_job_iam_member": "job {name}",
    "google_pubsub_topic_iam_member": "topic {topic}",
    "google_secret_manager_secret_iam_member": "secret {secret_id}",
    "google_artifact_registry_repository_iam_member": "repository {repository}",
    "google_storage_bucket_iam_member": "bucket {bucket}",
    "google_service_account_iam_member": "account {service_account_id}",
}


@dataclass(frozen=True, order=True)
class Grant:
    """`member` may do what `role` says on `place`, narrowed to object names with `prefix` if there is one."""

    member: str
    role: str
    place: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.role} for {self.member} on {self.place}" + (f", {self.prefix}" if self.prefix else "")


def grants(stack: Stack) -> Iterator[Grant]:
    """All of them; one with several prefixes is several."""
    for resource in stack.resources:
        if not resource.type.endswith("_iam_member"):
            continue
        member = stack.component(resource.values["member"])
        place = _place(stack, resource)
        for prefix in _prefixes(resource):
            yield Grant(member, _role(stack, resource.values["role"]), place, prefix)


def _place(stack: Stack, resource: Resource) -> str:
    pattern = _PLACES.get(resource.type)
    if pattern is None:
        return f"{resource.type} (tools/infrastructure/grants.py does not know it)"
    names = {r.values["name"]: r.name for r in stack.of("google_storage_bucket", "google_artifact_registry_repository")}
    values = {k: names.get(v, v) if isinstance(v, str) else v for k, v in resource.values.items()}
    return pattern.format(**values)


def _role(stack: Stack, role: str) -> str:
    """A custom role by what it permits."""
    for custom in stack.of("google_project_iam_custom_role"):
        if custom.values["id"] == role:
            return "+".join(sorted(custom.values["permissions"]))
    return role


def _prefixes(resource: Resource) -> list[str]:
    expression = resource.block("condition").get("expression", "")
    if not expression:
        return [""]
    parts = [_PREFIX.fullmatch(part.strip()) for part in expression.split("||")]
    if not all(parts):
        return [expression]
    return [match[1] or match[2] for match in parts if match]
