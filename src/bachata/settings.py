"""Every environment variable the project reads, typed and documented, in one place.

`load()` reads the environment once per call and reports all faults together. Nothing else in the project looks at
``os.environ``; Terraform's tests compare what it sets with the fields below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, Json, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bachata.errors import InvalidSettings

_MODEL_NAME = r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$"  # it becomes part of an address
DatabasePart = Literal["finalize", "plan", "analyze", "assembler", "library"]
"""Who works with the database: functions and job by their names; `library`: people who bring songs and moves in."""

_SAFE = "https://HOST, or http:// on this machine, without user, query or fragment"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """The process environment. Field names in capitals are the variables' names."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, case_sensitive=False)

    # Storage
    storage_backend: Literal["local", "gcs"] = Field("local", description="where objects live")
    gcs_bucket_name: str | None = Field(None, description="bucket of the gcs backend")
    local_storage_path: Path | None = Field(None, description="directory of the local backend")

    # Database: either a URL, or a Cloud SQL instance reached through the connector
    database_url: SecretStr | None = Field(None, description="SQLAlchemy URL, postgresql+pg8000://…; for local use")
    instance_connection_name: str | None = Field(None, description="Cloud SQL instance PROJECT:REGION:NAME")
    db_name: str = Field("bachata_buddy", description="database of the Cloud SQL instance")
    db_user: str | None = Field(None, description="database user; with IAM, the service account without its suffix")
    db_password: SecretStr | None = Field(None, description="password; unset means IAM authentication")
    db_ip_type: Literal["PRIVATE", "PUBLIC", "PSC"] = Field("PRIVATE", description="how the connector reaches it")
    cloud_sql_api: str | None = Field(
        None, description="another address of the Cloud SQL Admin API; https, or http on this machine"
    )
    db_pool_size: int = Field(2, ge=1, le=20, description="connections a process may hold")

    db_grantees: Json[dict[str, DatabasePart]] | None = Field(
        None,
        description="the migrate job: database users, each with the part whose privileges it is given",
    )

    # Logging
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least severity written")
    log_format: Literal["json", "text"] = Field("json", description="json for Cloud Logging, text for a terminal")
    google_cloud_project: str | None = Field(None, description="project id, to link log lines with traces")

    # Planning
    move_library: str = Field("default", description="move library used when a request names none")
    move_embeddings_cache_ttl: int = Field(3600, ge=0, description="seconds a loaded move index serves")
    plan_seconds: float | None = Field(
        None, gt=0, description="seconds the search for an order may take; plans may then differ from run to run"
    )
    fusion_weight_audio: float = Field(0.35, ge=0, le=1, description="how much a move's music counts in the search")
    fusion_weight_text: float = Field(0.35, ge=0, le=1, description="how much its names count")
    fusion_weight_body: float = Field(0.30, ge=0, le=1, description="how much its dancers' motion counts; together 1")
    index_cache_path: Path | None = Field(
        None, description="folder for move indexes fetched from a bucket; unset: none"
    )

    # Bringing moves into a library
    pose_model_path: Path | None = Field(
        None,
        description="ONNX file of a YOLOv8-pose or RTMPose model that finds the dancers' joints; needs the extra pose",
    )

    # Gemini: off unless there is a key, or Vertex AI
    gemini_api_key: SecretStr | None = Field(None, description="key of the Gemini API; turns reader and director on")
    gemini_vertex: bool = Field(
        False, description="call Gemini on Vertex AI instead: as this process's account, in GOOGLE_CLOUD_PROJECT"
    )
    gemini_location: str = Field("global", pattern=r"^[a-z0-9-]+$", description="location of Vertex AI")
    gemini_model: str = Field("gemini-3.8-flash", pattern=_MODEL_NAME, description="the model that reads and directs")
    gemini_embedding_model: str | None = Field(
        None, pattern=_MODEL_NAME, description="the model that embeds text; unset: words are compared by themselves"
    )
    gemini_timeout: float = Field(
        40.0, gt=0, le=300, description="seconds a question to Gemini may take, further attempts included"
    )
    gemini_base_url: str | None = Field(
        None, description="another address of the API, for proxies and tests; https, or http on this machine"
    )

    # Looking after tasks that stopped moving (finalize)
    workflow_name: str | None = Field(
        None,
        pattern=r"^projects/[^/]+/locations/[^/]+/workflows/[^/]+$",
        description="workflow whose executions own the tasks, projects/P/locations/L/workflows/W",
    )
    sweep_after_seconds: int = Field(
        900, ge=1, description="a task that has not moved for so long is failed if its execution is over"
    )
    sweep_limit_seconds: int = Field(18000, ge=1, description="and after so long whatever its execution says")
    executions_api_url: str = Field(
        "https://workflowexecutions.googleapis.com",
        description="another address of the Executions API, for tests and the laptop cloud",
    )

    # The assembler job
    task_id: str | None = Field(None, description="task this run renders")
    user_id: str | None = Field(None, description="owner of the task")
    execution_id: str | None = Field(None, description="workflow execution that owns the task")
    blueprint_json: str | None = Field(None, description="the blueprint, when it fits the variable")
    blueprint_uri: str | None = Field(None, description="else the storage key of the blueprint")
    blueprint_sha256: str | None = Field(None, description="and its hash")
    cloud_run_execution: str | None = Field(None, description="set by Cloud Run: name of the job execution")
    cloud_run_task_attempt: int = Field(0, ge=0, description="set by Cloud Run: 0 on the first attempt")
    cloud_run_task_index: int = Field(0, ge=0, description="set by Cloud Run: which of the execution's tasks this is")
    cloud_run_task_count: int = Field(1, ge=1, description="set by Cloud Run: how many tasks share the encoding")
    fetch_workers: int = Field(8, ge=1, le=64, description="media files fetched at once")
    fetch_backoff: float = Field(0.5, ge=0, description="seconds before the second try of a fetch; doubles")
    encoder_threads: int = Field(
        4, ge=1, le=64, description="threads of encoders other than H.264's; output bytes depend on it"
    )
    pieces_at_once: int = Field(2, ge=1, le=64, description="pieces of H.264 encoded at once; no byte depends on it")

    @model_validator(mode="after")
    def _backends_are_complete(self) -> Settings:
        if self.storage_backend == "gcs" and not self.gcs_bucket_name:
            raise ValueError("STORAGE_BACKEND=gcs needs GCS_BUCKET_NAME")
        if self.storage_backend == "local" and self.gcs_bucket_name:
            raise ValueError("GCS_BUCKET_NAME is set but STORAGE_BACKEND is local: set STORAGE_BACKEND=gcs or unset it")
        if self.instance_connection_name and not self.db_user:
            raise ValueError("INSTANCE_CONNECTION_NAME needs DB_USER")
        if self.cloud_sql_api and not _is_safe(self.cloud_sql_api):
            raise ValueError(f"CLOUD_SQL_API must be {_SAFE}: a token travels there")
        weights = (self.fusion_weight_audio, self.fusion_weight_text, self.fusion_weight_body)
        if abs(sum(weights) - 1) > 1e-6:
            named = "FUSION_WEIGHT_AUDIO, FUSION_WEIGHT_TEXT and FUSION_WEIGHT_BODY"
            raise ValueError(f"{named} must add up to 1; {' + '.join(f'{w:g}' for w in weights)} is {sum(weights):g}")
        if self.cloud_run_task_index >= self.cloud_run_task_count:
            raise ValueError("CLOUD_RUN_TASK_INDEX must be less than CLOUD_RUN_TASK_COUNT")
        if self.cloud_run_task_count > 1 and not self.execution_id:
            raise ValueError("CLOUD_RUN_TASK_COUNT above 1 needs EXECUTION_ID, by which the tasks know each other")
        return self

    @model_validator(mode="after")
    def _gemini_is_complete(self) -> Settings:
        if self.gemini_vertex and self.gemini_api_key:
            raise ValueError("GEMINI_API_KEY and GEMINI_VERTEX are both set: unset the one that shall not be used")
        if self.gemini_vertex and not self.google_cloud_project:
            raise ValueError("GEMINI_VERTEX needs GOOGLE_CLOUD_PROJECT")
        if self.gemini_embedding_model and not self.has_gemini:
            raise ValueError("GEMINI_EMBEDDING_MODEL needs GEMINI_API_KEY or GEMINI_VERTEX")
        if self.gemini_base_url and not _is_safe(self.gemini_base_url):
            raise ValueError(f"GEMINI_BASE_URL must be {_SAFE}: the key travels there")
        return self

    @model_validator(mode="after")
    def _sweep_is_sound(self) -> Settings:
        if self.sweep_limit_seconds < self.sweep_after_seconds:
            raise ValueError("SWEEP_LIMIT_SECONDS must not be less than SWEEP_AFTER_SECONDS")
        if not _is_safe(self.executions_api_url):
            raise ValueError("EXECUTIONS_API_URL must be https://HOST, or http:// on this machine")
        return self

    @property
    def has_gemini(self) -> bool:
        """Whether Gemini may be asked."""
        return self.gemini_vertex or self.gemini_api_key is not None

    @property
    def has_database(self) -> bool:
        """Whether any database is configured: the job may run without one."""
        return bool(self.database_url or self.instance_connection_name)


def _is_safe(address: str) -> bool:
    """Whether a secret may be sent there: encrypted, or not leaving this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        named = (
            bool(host) and parts.port != 0 and not (parts.username or parts.password or parts.query or parts.fragment)
        )
        return named and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    except ValueError:  # no address at all, or a port that is none
        return False


def load() -> Settings:
    """The settings of this process.

    Raises InvalidSettings naming every variable at fault; values of secrets are never quoted.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(p) for p in e['loc']).upper() or 'environment'}: {e['msg']}" for e in error.errors()
        )
        raise InvalidSettings(f"The environment is incomplete: {faults}") from None
