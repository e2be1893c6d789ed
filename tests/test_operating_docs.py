"""Commands in the pages for operators name what exists: targets, commands, options, files, outputs, resources."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bachata.cli.app import cli

ROOT = Path(__file__).parents[1]
PAGES = ("deploy.md", "runbook.md")
TERRAFORM = ROOT / "terraform"


def blocks(page: str) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL):
        yield from (line for line in block.splitlines() if line and not line.startswith("#"))


def words(line: str) -> list[str]:
    """A line's words; what stands in $(…) is a command of its own."""
    return shlex.split(re.sub(r"\$\([^)]*\)", "SUBSTITUTED", line))


def commands() -> list[tuple[str, list[str]]]:
    """(page, words) of every command, those inside substitutions too."""
    found = []
    for page in PAGES:
        for line in blocks(page):
            found += [(page, words(inner)) for inner in re.findall(r"\$\(([^)]*)\)", line)]
            found.append((page, words(line)))
    return found


def of(program: str) -> list[list[str]]:
    return [words for _, words in commands() if Path(words[0]).name == program]


def outputs() -> set[str]:
    return set(re.findall(r'^output "(\w+)"', (TERRAFORM / "outputs.tf").read_text(encoding="utf-8"), re.MULTILINE))


def source() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(TERRAFORM.glob("*.tf")))


def test_there_are_commands_to_check():
    assert len(commands()) > 40
    assert {Path(words[0]).name for _, words in commands()} == {
        "export", "gcloud", "make", "cd", "terraform", "git", "bachata",
    }  # fmt: skip


def test_every_command_stands_once():
    """But for what is said again where it is done again."""
    seen = [" ".join(words) for page, words in commands() if page == "deploy.md" and "output" not in words]
    again = {line for line in seen if seen.count(line) > 1}
    assert again == {"make package"}, "a rollback packages again"


def test_targets_of_make():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {target for _, *given in of("make") for target in given} <= targets


@pytest.mark.parametrize("given", [" ".join(w[1:]) for w in of("bachata")])
def test_commands_and_options_of_bachata(given: str):
    command: click.Command = cli
    context = click.Context(cli)
    rest = shlex.split(given)
    while isinstance(command, click.Group):
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"bachata has no command {name}"
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known


def test_files_variables_and_outputs_of_terraform():
    there = source()
    for _, *given in of("terraform"):
        for word in given:
            if file := re.fullmatch(r"-(?:var-file|backend-config)=(.*)", word):
                # the images' file is written while deploying
                assert (TERRAFORM / file[1]).exists() or file[1].endswith("-images.tfvars"), word
            if address := re.fullmatch(r"(google_\w+)\.(\w+)", word):
                assert f'resource "{address[1]}" "{address[2]}"' in there, word
        if "output" in given:
            assert given[-1] in outputs(), given
    assert "-images.tfvars" in (TERRAFORM / "outputs.tf").read_text(encoding="utf-8")


def test_resources_that_gcloud_is_told_of():
    there = source()
    named = {
        ("workflows", "run"): "google_workflows_workflow",
        ("pubsub", "topics", "publish"): "google_pubsub_topic",
        ("pubsub", "subscriptions", "pull"): "google_pubsub_subscription",
        ("run", "jobs", "execute"): "google_cloud_run_v2_job",
        ("scheduler", "jobs", "run"): "google_cloud_scheduler_job",
        ("eventarc", "triggers", "describe"): "google_eventarc_trigger",
    }
    checked = 0
    for _, *given in of("gcloud"):
        for begin, kind in named.items():
            if tuple(given[: len(begin)]) == begin:
                name = given[len(begin)]
                assert re.search(rf'resource "{kind}" "\w+" {{[^}}]*?name\s*=\s*"{re.escape(name)}"', there), name
                checked += 1
    assert checked >= 8


def test_variables_named_in_prose():
    declared = set(re.findall(r'variable "(\w+)"', source()))
    for page in PAGES:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assigned = set(re.findall(r"`(\w+) = ", text))
        assert assigned <= declared, f"{page} sets {assigned - declared}"
    assert {
        "database_tier",
        "max_instances",
        "database_max_connections",
        "protect_data",
        "soft_delete_days",
    } <= declared


def test_every_alert_has_its_page_and_every_page_its_alert():
    titles = set(
        re.findall(r'^\s+title\s+= "(.*)"', (TERRAFORM / "alerts.tf").read_text(encoding="utf-8"), re.MULTILINE)
    )
    headings = set(re.findall(r"^## (.*)$", (ROOT / "docs/runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert titles <= headings
    assert headings - titles == {"Nothing alerts, and a video is missing"}


def test_error_codes_are_those_of_the_reference():
    codes = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs/errors.md").read_text(encoding="utf-8")))
    workflow = (ROOT / "workflows/choreography.yaml").read_text(encoding="utf-8")
    told = set(re.findall(r"`([A-Z]+(?:_[A-Z0-9]+)*)`", (ROOT / "docs/runbook.md").read_text(encoding="utf-8")))
    assert len(told) > 5
    for code in told - {"FAILED"}:
        assert code in codes or code in workflow or code.startswith("HTTP_"), code
