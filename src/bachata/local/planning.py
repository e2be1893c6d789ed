"""What of this process's environment the functions get besides what the laptop cloud sets: how to plan, how to reach
Gemini.

Everything else stays out, and the job gets none of it: it has no use for a key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from bachata.settings import Settings

_PREFIX = "GEMINI_"
_TASTE = ("FUSION_WEIGHT_AUDIO", "FUSION_WEIGHT_TEXT", "FUSION_WEIGHT_BODY", "PLAN_SECONDS")
_SWITCHES = ("GEMINI_API_KEY", "GEMINI_VERTEX")
_WAY = (
    "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",  # the account, for Vertex AI
    "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR",
)  # fmt: skip


def planning_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that tell the plan function how to plan and, when it is configured, how to reach Gemini."""
    names = list(_TASTE)
    if any(environment.get(name) for name in _SWITCHES):
        names += [name.upper() for name in Settings.model_fields if name.upper().startswith(_PREFIX)]
        names += _WAY
    return {name: environment[name] for name in names if environment.get(name)}
