"""How Gemini is reached, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from bachata.settings import Settings


@dataclass(frozen=True)
class Access:
    """A key, or a project and location of Vertex AI; which models; how long a question may take, in seconds."""

    model: str
    timeout: float
    api_key: SecretStr | None = None
    project: str | None = None
    location: str | None = None
    base_url: str | None = None
    embedding_model: str | None = None


def access(env: Settings) -> Access | None:
    """What `env` allows; None if it names neither a key nor Vertex AI."""
    if not env.has_gemini:
        return None
    vertex = env.gemini_vertex
    return Access(
        model=env.gemini_model,
        timeout=env.gemini_timeout,
        api_key=env.gemini_api_key,
        project=env.google_cloud_project if vertex else None,
        location=env.gemini_location if vertex else None,
        base_url=env.gemini_base_url,
        embedding_model=env.gemini_embedding_model,
    )
