"""Which environment variables a deployable's code reads: told from the files of its archive, by their syntax trees.

All settings are fields of `bachata.settings.Settings`, so a read is an attribute of something that holds a Settings: a
parameter annotated so, what `settings.load()` gave, or what was assigned from one of these. A name counts in the whole
module it is found in: too many reads rather than too few.
"""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bachata.settings import Settings

_SETTINGS = "bachata/settings.py"
FIELDS = frozenset(Settings.model_fields)


def variables_read(archive: Path) -> frozenset[str]:
    """Names, in capitals, of the variables the Python files in `archive` read."""
    return _variables_read(archive.read_bytes())


@cache
def _variables_read(archive: bytes) -> frozenset[str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        sources = {name: opened.read(name).decode() for name in opened.namelist() if name.endswith(".py")}
    derived = _properties(ast.parse(sources.pop(_SETTINGS)))
    found: set[str] = set()
    for source in sources.values():
        for name in reads_of(ast.parse(source)):
            found |= {name} & FIELDS | derived.get(name, set())
    return frozenset(name.upper() for name in found)


def reads_of(module: ast.Module) -> Iterator[str]:
    """Attributes that `module` reads of anything that holds a Settings."""
    holders = _holders(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _label(node.value) in holders:
            yield node.attr


def _holders(module: ast.Module) -> set[str]:
    """Names (``env``, ``self._env``) that hold a Settings somewhere in the module."""
    holders = {
        argument.arg
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if argument.annotation is not None and _label(argument.annotation).rpartition(".")[2] == "Settings"
    }
    assigned = [
        (_label(name), value)
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name, value in _pairs(target, node.value)
    ]
    while True:
        more = {target for target, value in assigned if target and (_loads(value) or _label(value) in holders)}
        if more <= holders:
            return holders
        holders |= more


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """``a, b = c, d`` as its single assignments."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _loads(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and _label(value.func) in {"settings.load", "load", "Settings"}


def _label(node: ast.expr) -> str:
    """A name with its dots as written; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # an annotation in quotes
        return node.value
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _properties(settings: ast.Module) -> dict[str, set[str]]:
    """Of each property of Settings, the fields it is made of. Validators are not reads: they hold for every process."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(settings):
        if isinstance(node, ast.FunctionDef) and any(_label(d) == "property" for d in node.decorator_list):
            own = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute) and _label(n.value) == "self"}
            found[node.name] = own & FIELDS
    return found
