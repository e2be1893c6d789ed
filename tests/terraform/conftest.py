"""Real Terraform with the stand-in for the provider: set up once, copied for every test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.artefacts.archive import build
from tools.artefacts.spec import ARTEFACTS
from tools.infrastructure import toolchain
from tools.infrastructure.workspace import Workspace


@pytest.fixture(scope="session")
def terraform() -> toolchain.Toolchain:
    try:
        found = toolchain.offline()
    except toolchain.Missing as missing:
        pytest.skip(f"needs Terraform and the offline kit: {missing}")
    for artefact in ARTEFACTS:
        build(artefact)
    return found


@pytest.fixture(scope="session")
def initialised(terraform, tmp_path_factory) -> Path:
    """A workspace after `init`, to be copied."""
    workspace = Workspace.copied(tmp_path_factory.mktemp("terraform"), terraform)
    workspace.init()
    return workspace.folder.parent


@pytest.fixture
def workspace(initialised, terraform, tmp_path) -> Workspace:
    """A copy of its own of an initialised workspace."""
    folder = tmp_path / "tree"
    shutil.copytree(initialised, folder, symlinks=True)
    return Workspace(folder, terraform)
