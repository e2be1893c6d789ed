"""carried.json: the modules and packages of every artefact, told from the tree, so that a change shows what it adds."""

from __future__ import annotations

import json
import re
from pathlib import Path

from packaging.markers import Marker

from tools.artefacts.contents import modules
from tools.artefacts.spec import ARTEFACTS, PYTHON, Artefact

FILE = Path(__file__).with_name("carried.json")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+) *(?:; *([^\\]+))?", re.MULTILINE)
_PLATFORM = {
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def packages(artefact: Artefact) -> list[str]:
    """Names and versions (`name==version`) that its requirements bring on the platform, sorted."""
    pins = _PIN.findall(artefact.requirements.read_text(encoding="utf-8"))
    return sorted(f"{name}=={version}" for name, version, marker in pins if _holds(marker))


def text() -> str:
    """The file as it should be."""
    carried = {a.name: {"modules": modules(a), "packages": packages(a)} for a in ARTEFACTS}
    return json.dumps(carried, indent=1) + "\n"


def _holds(marker: str) -> bool:
    return not marker or Marker(marker.strip()).evaluate(_PLATFORM)
