"""The environment Terraform gives a component is the one its code reads."""

from __future__ import annotations

import os
from typing import Final
from unittest.mock import patch

from bachata import settings
from bachata.errors import InvalidSettings
from tools.infrastructure.deployables import Deployable, deployables
from tools.infrastructure.reads import FIELDS, variables_read
from tools.infrastructure.stack import Problems, Stack

OTHERS: Final = {
    "THREADS": "functions-framework: threads of its server",
    "XDG_RUNTIME_DIR": "gunicorn: where its control socket goes",
}
"""Variables that others than our code read."""

DEFAULT_SERVES: Final = {
    "DATABASE_URL": "the laptop's way; here the connector is used",
    "DB_IP_TYPE": "the default, PRIVATE, is the only address there is",
    "DB_PASSWORD": "unset means IAM",
    "LOCAL_STORAGE_PATH": "the laptop's way; here a bucket is used",
    "LOG_FORMAT": "the default, json, is for Cloud Logging",
    "DB_POOL_SIZE": "two connections; functions, which have many threads, are told theirs",
    "CLOUD_SQL_API": "Google's; another one is for tests",
    "EXECUTIONS_API_URL": "Google's; another one is for tests",
    "MOVE_EMBEDDINGS_CACHE_TTL": "an hour",
    "PLAN_SECONDS": "unset: a plan is the same on every run",
    "INDEX_CACHE_PATH": "unset: a folder would hold in memory what the mapping holds already",
    "FUSION_WEIGHT_AUDIO": "as measured (ADR 0020); the three belong together",
    "FUSION_WEIGHT_TEXT": "as measured (ADR 0020)",
    "FUSION_WEIGHT_BODY": "as measured (ADR 0020)",
    "FETCH_WORKERS": "as measured",
    "FETCH_BACKOFF": "half a second",
    "ENCODER_THREADS": "output bytes depend on it, so that it is never the environment's",
    "GEMINI_API_KEY": "only with gemini.access = key; `access` holds it against the secret's grant",
    "GEMINI_VERTEX": "only with gemini.access = vertex; `access` holds it against the role",
    "GEMINI_LOCATION": "only with gemini.access = vertex",
    "GEMINI_MODEL": "only with Gemini",
    "GEMINI_EMBEDDING_MODEL": "unset: words are compared by themselves, as the library's were",
    "GEMINI_TIMEOUT": "40 s, below what the workflow waits",
    "GEMINI_BASE_URL": "for proxies and tests",
}
"""Variables whose default is right in the cloud, and why: what is read and neither here nor set is a fault."""

_BY_WORKFLOW = ("TASK_ID", "USER_ID", "EXECUTION_ID", "BLUEPRINT_JSON", "BLUEPRINT_URI", "BLUEPRINT_SHA256")
_BY_CLOUD_RUN = (
    "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_ATTEMPT", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT",
)  # fmt: skip
GIVEN: Final = {"assembler": frozenset((*_BY_WORKFLOW, *_BY_CLOUD_RUN))}
"""Variables an execution of a job gets when it starts."""

SECRETS: Final = frozenset(
    name.upper() for name, field in settings.Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)


def environments_are_what_the_code_reads(stack: Stack) -> Problems:
    """Nothing missing, nothing that is read by nobody, values that the settings accept."""
    for component in deployables(stack):
        read = variables_read(component.archive)
        for name in sorted(component.variables - read - set(OTHERS)):
            known = "its code does not read" if name.lower() in FIELDS else "no field of Settings is called so"
            yield f"{component.resource} sets {name}: {known}"
        for name in sorted(read - component.variables - set(DEFAULT_SERVES) - GIVEN.get(component.name, frozenset())):
            yield f"{component.resource} does not set {name}, which its code reads"
        yield from _refused(component)
        yield from _wrong_user(stack, component)


def _refused(component: Deployable) -> Problems:
    """What `Settings` says to this environment."""
    given = {**component.plain, **dict.fromkeys(component.secret, "a secret")}
    try:
        with patch.dict(os.environ, {k: str(v) for k, v in given.items()}, clear=True):
            settings.load()
    except InvalidSettings as error:
        yield f"{component.resource} would not start: {error.message}"


def _wrong_user(stack: Stack, component: Deployable) -> Problems:
    account = next((a for a in stack.of("google_service_account") if a.values["email"] == component.account), None)
    if account is None or account.key != component.name:
        yield f"{component.resource} does not run as the service account of {component.name}"
        return
    expected = str(account.values["email"]).removesuffix(".gserviceaccount.com")
    users = {user.values["name"] for user in stack.of("google_sql_user")}
    if "DB_USER" in component.plain and (component.plain["DB_USER"] != expected or expected not in users):
        yield f"{component.resource} signs in as {component.plain['DB_USER']}, which is not its account's database user"
