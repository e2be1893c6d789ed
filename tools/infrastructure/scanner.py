"""Checkov over ``terraform/``, offline, from an environment of its own (`make checkov`)."""

from __future__ import annotations

import subprocess
from typing import Final

from tools.infrastructure.steps import Failed
from tools.infrastructure.toolchain import BUILD, ROOT

CHECKOV: Final = BUILD / "checkov" / "bin" / "checkov"

SKIPPED: Final[dict[str, str]] = {}
"""Checks that are not for us, and why."""


def scan() -> None:
    """Print what it found in a line. Raises Failed with the findings."""
    if not CHECKOV.exists():
        print("checkov is skipped: `make checkov` has not installed it")
        return
    done = subprocess.run(
        [str(CHECKOV), "--directory", str(ROOT / "terraform"), "--framework", "terraform", "--skip-download",
         "--var-file", str(ROOT / "terraform" / "environments" / "prod.tfvars"), "--compact", "--quiet",
         *(["--skip-check", ",".join(SKIPPED)] if SKIPPED else [])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(done.stdout or done.stderr)
    print(f"ok      checkov ({len(SKIPPED)} checks skipped with a reason)")
