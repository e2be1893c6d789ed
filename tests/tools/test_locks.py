"""Every declared dependency is locked, by hash, in one version everywhere, without an index line."""

from __future__ import annotations

import re
import tomllib

import pytest

from tools.lock import ALONE, LOCKS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPLOYED = ("analyze", "plan", "finalize", "assembler", "migrate")
_PIN = re.compile(r"^([a-z0-9_.-]+)==([^ \\;]+)", re.IGNORECASE | re.MULTILINE)


def _pins(target: str) -> set[tuple[str, str]]:
    return {(n.lower().replace("_", "-"), v) for n, v in _PIN.findall((ROOT / target).read_text())}


def _declared(extra: str) -> set[str]:
    names: set[str] = set()
    for requirement in PROJECT["optional-dependencies"][extra]:
        name, inner = re.match(r"([A-Za-z0-9_.-]+)(?:\[(.+)\])?", requirement).groups()
        names |= set().union(*map(_declared, inner.split(","))) if name == "bachata-buddy" else {name.lower()}
    return names


@pytest.mark.parametrize("extra", LOCKS)
def test_lock_holds_every_declared_dependency(extra):
    names = {n for n, _ in _pins(LOCKS[extra])}
    assert _declared(extra) <= names


@pytest.mark.parametrize("extra", [e for e in LOCKS if e not in ALONE])
def test_deployables_run_the_versions_the_tests_ran(extra):
    assert _pins(LOCKS[extra]) <= _pins(LOCKS["dev"])


@pytest.mark.parametrize("extra", DEPLOYED)
def test_deployables_run_one_version_of_each_package_on_every_python(extra):
    names = [name for name, _ in _PIN.findall((ROOT / LOCKS[extra]).read_text())]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("target", [*LOCKS.values(), "requirements-bootstrap.txt"])
def test_lock_is_hashed_and_names_no_index(target):
    text = (ROOT / target).read_text()
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert pins
    assert all(line.endswith("\\") for line in pins), "a pin without a hash"
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)
