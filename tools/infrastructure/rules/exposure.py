"""Nothing is reachable from outside, nothing is public, no secret is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tools.infrastructure.deployables import deployables
from tools.infrastructure.rules.environment import SECRETS
from tools.infrastructure.stack import Problems, Stack

_PUBLIC: Final = ("allUsers", "allAuthenticatedUsers")
_VALUES_OF_SECRETS: Final = frozenset(
    {"password", "password_wo", "root_password", "root_password_wo", "secret_data", "secret_data_wo", "auth_token"}
)


def nothing_is_exposed(stack: Stack) -> Problems:
    """All of it."""
    yield from _nobody_is_everybody(stack)
    yield from _the_database_is_private(stack)
    yield from _buckets_are_closed(stack)
    yield from _functions_are_internal(stack)
    yield from _secrets_are_references(stack)


def _nobody_is_everybody(stack: Stack) -> Problems:
    for resource in stack.resources:
        members = [resource.values.get("member"), *(resource.values.get("members") or ())]
        for member in members:
            if member in _PUBLIC:
                yield f"{resource} grants {resource.values['role']} to {member}"


def _the_database_is_private(stack: Stack) -> Problems:
    for database in stack.of("google_sql_database_instance"):
        network = database.block("settings", "ip_configuration")
        flags = {flag["name"]: flag["value"] for flag in database.block("settings")["database_flags"]}
        if network.get("ipv4_enabled") is not False:
            yield f"{database} has a public address: ip_configuration.ipv4_enabled must be false"
        if not network.get("private_network"):
            yield f"{database} has no private network"
        if network.get("authorized_networks"):
            yield f"{database} lets networks in: authorized_networks must be empty"
        if network.get("ssl_mode") not in {"ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}:
            yield f"{database} takes connections in the clear: ssl_mode"
        if database.block("settings")["connector_enforcement"] != "REQUIRED":
            yield f"{database} can be reached past the connector: connector_enforcement must be REQUIRED"
        if flags.get("cloudsql.iam_authentication") != "on":
            yield f"{database} does not know service accounts: set the flag cloudsql.iam_authentication"
        if database.block("settings")["edition"] != "ENTERPRISE":
            yield f"{database}: edition must be ENTERPRISE, or its tier is refused"


def _buckets_are_closed(stack: Stack) -> Problems:
    for bucket in stack.of("google_storage_bucket"):
        if bucket.values["public_access_prevention"] != "enforced":
            yield f"{bucket}: public_access_prevention must be enforced"
        if bucket.values["uniform_bucket_level_access"] is not True:
            yield f"{bucket}: uniform_bucket_level_access must be true"


def _functions_are_internal(stack: Stack) -> Problems:
    for function in stack.of("google_cloudfunctions2_function"):
        service = function.block("service_config")
        if service["ingress_settings"] != "ALLOW_INTERNAL_ONLY":
            yield f"{function} can be called from outside: ingress_settings must be ALLOW_INTERNAL_ONLY"
        if not service["direct_vpc_network_interface"]:
            yield f"{function} does not reach the database: direct_vpc_network_interface is missing"
    for job in stack.of("google_cloud_run_v2_job"):
        if not job.block("template", "template")["vpc_access"]:
            yield f"{job} does not reach the database: vpc_access is missing"


def _secrets_are_references(stack: Stack) -> Problems:
    for component in deployables(stack):
        for name in sorted(SECRETS & set(component.plain)):
            yield f"{component.resource} holds the value of {name}: refer to a secret instead"
    for resource in stack.resources:
        if resource.type == "google_secret_manager_secret_version":
            yield f"{resource} keeps a secret's value in the state: add versions by hand"
        for path, value in _leaves(resource.values):
            if path[-1] in _VALUES_OF_SECRETS and isinstance(value, str) and value and not value.startswith("stub-"):
                yield f"{resource} keeps a secret's value in the state: {'.'.join(path)}"


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif path:
        yield path, value
