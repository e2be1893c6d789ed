"""Whether a destroy takes data along is decided per environment, on purpose."""

from __future__ import annotations

from typing import Final

from tools.infrastructure.media import lifetimes
from tools.infrastructure.stack import Problems, Resource, Stack

PROTECTED: Final = {"prod": True, "dev": False}
"""Environments, and whether their data survives `terraform destroy`."""
_STATELESS: Final = ("google_workflows_workflow", "google_cloud_run_v2_job", "google_secret_manager_secret")


def data_is_protected(stack: Stack) -> Problems:
    """Database and media as the environment says; what can be made again says so too: its default is to refuse."""
    wanted = PROTECTED[stack.environment]
    for database in stack.of("google_sql_database_instance"):
        settings = database.block("settings")
        if database.values["deletion_protection"] is not wanted:
            yield f"{database}: deletion_protection must be {wanted} in {stack.environment}"
        if settings["deletion_protection_enabled"] is not wanted:
            yield f"{database}: settings.deletion_protection_enabled must be {wanted} in {stack.environment}"
        if not database.block("settings", "backup_configuration").get("point_in_time_recovery_enabled"):
            yield f"{database}: point_in_time_recovery_enabled must be true"
    media = stack.one("google_storage_bucket", "media")
    if media.values["force_destroy"] is wanted:
        yield f"{media}: force_destroy must be {not wanted} in {stack.environment}"
    yield from _what_may_go(media)
    for resource in stack.of(*_STATELESS):
        if resource.values["deletion_protection"] is not False:
            yield f"{resource}: deletion_protection must be false, said aloud: unset means true, and it holds nothing"


def _what_may_go(media: Resource) -> Problems:
    """What is made again when missing goes at the age docs/architecture.md says; `output/` is the environment's."""
    deleted = {
        prefix: rule["condition"][0]["age"]
        for rule in media.values["lifecycle_rule"]
        if rule["action"][0]["type"] == "Delete"
        for prefix in rule["condition"][0]["matches_prefix"] or [""]
    }
    deleted.pop("output/", None)
    wanted = lifetimes()
    for prefix in sorted(deleted.keys() | wanted.keys()):
        if deleted.get(prefix) != wanted.get(prefix):
            yield (
                f"{media} deletes {prefix or 'everything'} at the age of {deleted.get(prefix)} days, "
                f"docs/architecture.md says {wanted.get(prefix)}"
            )
