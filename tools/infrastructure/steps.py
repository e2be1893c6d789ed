"""The steps of a run, in order; each prints what it found, the first that fails ends the run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.infrastructure.rules import problems
from tools.infrastructure.scanner import Findings, scan
from tools.infrastructure.stack import Stack
from tools.infrastructure.toolchain import ROOT, Toolchain
from tools.infrastructure.workspace import TerraformFailed, Workspace, environments

SCANNED: Final = "prod"
"""The environment a scanner looks at: what it asks for is meant for what people use."""


class Failed(Exception):
    """Something does not hold; the message says what."""


def run(toolchain: Toolchain, *, scanned: bool) -> None:
    """Everything `toolchain` allows; `scanned`: checkov looks at the plan. Raises Failed, TerraformFailed."""
    with tempfile.TemporaryDirectory(prefix="bachata-terraform-") as scratch:
        workspace = Workspace.copied(Path(scratch) / "tests", toolchain)
        with _timed("fmt -check"):
            workspace.run("fmt", "-check", "-diff", "-recursive", str(ROOT / "terraform"))
        with _timed("init"):
            workspace.init()
        with _timed("validate"):
            workspace.run("validate")
        with _timed("test"):
            print(workspace.run("test").strip().splitlines()[-1])
        if toolchain.offline:
            for environment in environments():
                live(Workspace.copied(Path(scratch) / environment, toolchain), environment)
            if scanned:
                with _timed(f"{SCANNED} as checkov sees it"):
                    _scan(Workspace.copied(Path(scratch) / "scanned", toolchain))


def live(workspace: Workspace, environment: str) -> None:
    """Apply, hold the rules against it, plan again, destroy: only where the stand-in plays the provider."""
    workspace.init()
    with _timed(f"{environment}: first apply, before any image is pushed"):
        workspace.run("apply", "-auto-approve", f"-var-file=environments/{environment}.tfvars")
    with _timed(f"{environment}: apply"):
        stack = Stack(workspace.apply(environment), environment)
    with _timed(f"{environment}: {len(stack.resources)} resources hold the rules"):
        found = problems(stack)
        if found:
            raise Failed("\n".join(found))
    with _timed(f"{environment}: a second plan changes nothing"):
        changes = workspace.changes(environment)
        if changes:
            raise Failed(changes)
    with _timed(f"{environment}: destroy leaves nothing"):
        left = workspace.destroy(environment)["resources"]
        if left:
            raise Failed(f"destroy left {', '.join(r['type'] for r in left)}")


def _scan(workspace: Workspace) -> None:
    workspace.init()
    try:
        print(scan(workspace.plan_document(SCANNED)))
    except Findings as findings:
        raise Failed(str(findings)) from None


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    except (Failed, TerraformFailed):
        print(f"FAILED  {what}")
        raise
    print(f"ok      {what} ({time.perf_counter() - began:.1f} s)")
