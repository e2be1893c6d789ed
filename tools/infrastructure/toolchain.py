"""What Terraform is run with: its binary, and the provider, real or played by the offline kit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
KIT = Path(os.environ.get("TERRAFORM_KIT") or ROOT.parent / "shared" / "terraform-offline")
"""Folder of the stand-in for the provider (its README.md says what it can); `TERRAFORM_KIT` names another place."""


class Missing(Exception):
    """Terraform, or the kit, is not on this machine; the message says which and what to do."""


@dataclass(frozen=True)
class Toolchain:
    """A Terraform that can be run; `offline`: the kit plays the provider, so that plan and apply touch nothing."""

    binary: str
    offline: bool
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Variables for running it: without questions, without looking for newer versions."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TF_VAR_")}
        return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", **self.variables}


def real() -> Toolchain:
    """Terraform with the provider of its registry, which is kept for the next time. Raises Missing."""
    binary, kept = _terraform(), BUILD / "terraform-providers"
    kept.mkdir(parents=True, exist_ok=True)
    return Toolchain(binary, offline=False, variables={"TF_PLUGIN_CACHE_DIR": str(kept)})


def offline(kit: Path = KIT, *, into: Path = BUILD / "terraform-offline") -> Toolchain:
    """Terraform with the kit laid out under `into`, run by this interpreter. Raises Missing."""
    binary = _terraform()
    install = kit / "install.sh"
    if not install.is_file():
        raise Missing(f"the offline kit is not at {kit}; TERRAFORM_KIT may name another place")
    told = subprocess.run(
        ["sh", str(install), str(into)],
        env={**os.environ, "PYTHON": sys.executable}, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return Toolchain(binary, offline=True, variables=_exported(told))


def _terraform() -> str:
    found = shutil.which("terraform")
    if found is None:
        raise Missing(
            "terraform is not on the PATH: install 1.9 or newer, see https://developer.hashicorp.com/terraform"
        )
    return found


def _exported(line: str) -> dict[str, str]:
    """The variables of a shell line ``export A='b' C=d``."""
    words = line.strip().removeprefix("export ").split(" ")
    return {name: value.strip("'") for name, value in (word.split("=", 1) for word in words)}
