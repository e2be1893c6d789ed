"""A copy of the tree's Terraform in which commands run: locks and state stay out of the tree."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tools.infrastructure.toolchain import BUILD, ROOT, Toolchain

_LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
_NEVER_COPIED = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*-images.tfvars")
_IMAGE = "europe-west1-docker.pkg.dev/project/bachata-images/{}@sha256:" + "0" * 64


class TerraformFailed(Exception):
    """A command ended with an error; the message is what it printed."""


class Workspace:
    """A folder that holds ``terraform/``, ``workflows/`` and ``build/`` as the tree does."""

    def __init__(self, folder: Path, toolchain: Toolchain) -> None:
        self.folder = folder / "terraform"
        self._toolchain = toolchain

    @classmethod
    def copied(cls, folder: Path, toolchain: Toolchain) -> Workspace:
        """The tree's Terraform copied under `folder`; offline, its state is kept there."""
        shutil.copytree(ROOT / "terraform", folder / "terraform", ignore=_NEVER_COPIED)
        shutil.copytree(ROOT / "workflows", folder / "workflows")
        (folder / "build").symlink_to(BUILD)
        if toolchain.offline:
            (folder / "terraform" / "backend_override.tf").write_text(_LOCAL_STATE)
        return cls(folder, toolchain)

    def init(self) -> str:
        """Fetch or find the provider; state stays here."""
        return self.run("init", *([] if self._toolchain.offline else ["-backend=false"]))

    def plan_document(self, environment: str) -> Path:
        """A file that holds the plan for `environment` as JSON."""
        self.run("plan", "-out=plan.bin", *inputs(environment))
        path = self.folder / "plan.json"
        path.write_text(self.run("show", "-json", "plan.bin"))
        return path

    def apply(self, environment: str, *options: str) -> dict[str, Any]:
        """Apply what `environment` says, with images in place; the state document."""
        self.run("apply", "-auto-approve", "-refresh=false", *inputs(environment), *options)
        return self.state()

    def changes(self, environment: str, *options: str) -> str:
        """What a plan would change, in Terraform's words; nothing when it is empty."""
        done = self._call("plan", "-detailed-exitcode", *inputs(environment), *options)
        if done.returncode == 1:
            raise TerraformFailed(done.stderr or done.stdout)
        return done.stdout if done.returncode == 2 else ""

    def destroy(self, environment: str, *options: str) -> dict[str, Any]:
        """Destroy all; the state document that is left."""
        self.run("destroy", "-auto-approve", "-refresh=false", *inputs(environment), *options)
        return self.state()

    def state(self) -> dict[str, Any]:
        """The state as it is kept. Read, not shown: `terraform show` leaves out what depends on what."""
        document: dict[str, Any] = json.loads((self.folder / "terraform.tfstate").read_text())
        return document

    def run(self, *arguments: str) -> str:
        """What a command prints. Raises TerraformFailed."""
        done = self._call(*arguments)
        if done.returncode:
            raise TerraformFailed(f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def _call(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        colour = [] if command in {"fmt", "version"} else ["-no-color"]
        return subprocess.run(
            [self._toolchain.binary, command, *colour, *arguments],
            cwd=self.folder, env=self._toolchain.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip


def inputs(environment: str) -> list[str]:
    """Arguments that name an environment's values, and images as if they had been pushed."""
    images = [f"-var={name}_image={_IMAGE.format(name)}" for name in ("assembler", "migrate")]
    return [f"-var-file={Path('environments', environment + '.tfvars')}", *images]


def environments() -> list[str]:
    """The environments of the tree."""
    return sorted(path.stem for path in (ROOT / "terraform" / "environments").glob("*.tfvars"))
