"""Where Terraform or the kit is missing, that is said, and passes only when asked to."""

from __future__ import annotations

import pytest

from tools.infrastructure import toolchain
from tools.infrastructure.command import main
from tools.infrastructure.toolchain import Missing


@pytest.fixture
def without_terraform(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def with_terraform(monkeypatch, tmp_path):
    binary = tmp_path / "terraform"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


def test_without_terraform(without_terraform):
    with pytest.raises(Missing, match="terraform is not on the PATH"):
        toolchain.real()


def test_without_the_kit(with_terraform, tmp_path):
    with pytest.raises(Missing, match="TERRAFORM_KIT"):
        toolchain.offline(tmp_path / "nowhere")


def test_what_cannot_be_run_fails_unless_it_may_be_skipped(without_terraform, capsys):
    assert main([]) == 1
    assert "Terraform is skipped" in capsys.readouterr().err
    assert main(["--if-possible"]) == 0
    assert "Terraform is skipped: terraform is not on the PATH" in capsys.readouterr().out


def test_the_kits_variables_are_read(with_terraform, tmp_path):
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "install.sh").write_text("echo \"export TF_CLI_CONFIG_FILE='$1/rc' CHECKPOINT_DISABLE=1\"\n")
    found = toolchain.offline(kit, into=tmp_path / "here")
    assert found.variables == {"TF_CLI_CONFIG_FILE": f"{tmp_path}/here/rc", "CHECKPOINT_DISABLE": "1"}


def test_the_real_provider_is_kept_for_the_next_time(with_terraform, monkeypatch, tmp_path):
    monkeypatch.setattr(toolchain, "BUILD", tmp_path)
    cache = toolchain.real().variables["TF_PLUGIN_CACHE_DIR"]
    assert cache == str(tmp_path / "terraform-providers")
    assert (tmp_path / "terraform-providers").is_dir()


def test_inputs_of_the_shell_do_not_leak_in(monkeypatch):
    monkeypatch.setenv("TF_VAR_project_id", "somebody-else")
    assert "TF_VAR_project_id" not in toolchain.Toolchain("terraform", offline=True).environment()
