"""Resolve every requirements file again, for all supported Pythons at once, with hashes and without index lines.

The development lock is resolved first and constrains the others, so that a deployable runs with the very versions
that the tests ran with.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST_PYTHON = "3.11"

LOCKS = {
    "dev": "requirements-dev.txt",
    "local": "requirements.txt",
    "analyze": "functions/analyze/requirements.txt",
    "plan": "functions/plan/requirements.txt",
    "finalize": "functions/finalize/requirements.txt",
    "assembler": "jobs/assembler/requirements.txt",
    "migrate": "jobs/migrate/requirements.txt",
    "bench-assembly": "requirements-peers.txt",
    "checkov": "requirements-checkov.txt",
}
ALONE = frozenset({"dev", "bench-assembly", "checkov"})
"""Locks nothing constrains: the first one, and environments our code does not run in."""


def _compile(source: str, target: str, *options: str) -> None:
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal", "--generate-hashes",
        "--no-annotate", "--no-header", "--python-version", OLDEST_PYTHON, *options, source, "--output-file", target,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    print(target)


def main() -> None:
    """Write all locks; needs a package index."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    _compile("requirements-bootstrap.in", "requirements-bootstrap.txt", *upgrade)
    for extra, target in LOCKS.items():
        constraint = [] if extra in ALONE else ["--constraint", LOCKS["dev"]]
        _compile("pyproject.toml", target, "--extra", extra, *constraint, *(upgrade if extra in ALONE else []))


if __name__ == "__main__":
    main()
