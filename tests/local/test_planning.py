"""What of a shell's environment reaches the functions."""

from __future__ import annotations

import pytest

from bachata.local.planning import planning_environment
from bachata.local.stack import LocalCloud

SHELL = {
    "GEMINI_API_KEY": "k", "GEMINI_MODEL": "m", "GEMINI_BASE_URL": "http://127.0.0.1:1", "GEMINI_TIMEOUT": "",
    "GOOGLE_CLOUD_PROJECT": "p", "HTTPS_PROXY": "http://proxy", "SECRET": "s", "DATABASE_URL": "elsewhere",
    "GEMINI_UNKNOWN": "x",
}  # fmt: skip


def test_what_leads_to_gemini_and_nothing_else() -> None:
    assert planning_environment(SHELL) == {
        "GEMINI_API_KEY": "k", "GEMINI_MODEL": "m", "GEMINI_BASE_URL": "http://127.0.0.1:1",
        "GOOGLE_CLOUD_PROJECT": "p", "HTTPS_PROXY": "http://proxy",
    }  # fmt: skip


@pytest.mark.parametrize("switch", ["GEMINI_API_KEY", "GEMINI_VERTEX"])
def test_nothing_at_all_unless_gemini_is_configured(switch: str) -> None:
    shell = {name: value for name, value in SHELL.items() if name != "GEMINI_API_KEY"}
    assert planning_environment(shell) == {}
    assert planning_environment({**shell, switch: "true"})[switch] == "true"


def test_the_job_gets_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    from bachata.local.home import Home

    monkeypatch.setenv("GEMINI_API_KEY", "k")
    cloud = LocalCloud(Home(Path(str(tmp_path))))
    assert not any(name.startswith("GEMINI") for name in cloud.settings())


def test_how_to_plan_is_passed_on_with_gemini_or_without() -> None:
    taste = {"FUSION_WEIGHT_AUDIO": "0.5", "FUSION_WEIGHT_TEXT": "0.5", "FUSION_WEIGHT_BODY": "0", "PLAN_SECONDS": "2"}
    assert planning_environment({**taste, "SECRET": "s"}) == taste
    assert taste.items() <= planning_environment({**SHELL, **taste}).items()
