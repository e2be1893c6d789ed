"""Which modules of a package programs can import, told from the source without running any of it.

Every import counts, wherever it stands: also one inside a function, which a request may reach. Imports under
``if TYPE_CHECKING`` do not run. A package may offer names of its modules without importing them (a front door: a
``__getattr__``, with the homes of the names under ``if TYPE_CHECKING`` for type checkers); then only what is asked
for is followed. What cannot be told is an error, not a guess.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


class UnclearImport(ValueError):
    """An import of the package that leads nowhere, or that only running the program would tell."""


@dataclass(frozen=True)
class _Import:
    """``import module`` (no names) or ``from module import names``."""

    module: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class _Source:
    imports: tuple[_Import, ...]
    homes: dict[str, str]
    """Names a front door offers, and the module each one is at home in."""


@dataclass(frozen=True)
class Reach:
    """What programs can import: files of the package, and modules of others (`from a.b import c` counts as a.b.c)."""

    files: frozenset[Path]
    others: frozenset[str]


def reach(programs: Iterable[Path], package: Path) -> Reach:
    """What `programs` can import of `package` (a folder), `__init__` of the packages on the way included.

    Programs inside the package are files among the result; others are not.

    Raises UnclearImport with file and line.
    """
    walk = _Walk(package)
    for program in programs:
        walk.follow(program)
    return Reach(frozenset(walk.seen), frozenset(walk.others))


class _Walk:
    def __init__(self, package: Path) -> None:
        self._package = package
        self.seen: set[Path] = set()
        self.others: set[str] = set()
        self._read: dict[Path, _Source] = {}

    def follow(self, file: Path) -> None:
        """Everything `file` imports, and whatever that imports."""
        if file.is_relative_to(self._package):
            self._enter(file)
        for found in self._source(file).imports:
            self._resolve(found, file)

    def _enter(self, file: Path) -> None:
        if file in self.seen:
            return
        self.seen.add(file)
        for found in self._source(file).imports:
            self._resolve(found, file)

    def _resolve(self, found: _Import, by: Path) -> None:
        if found.module.split(".")[0] != self._package.name:
            self.others |= {f"{found.module}.{name}" for name in found.names} or {found.module}
            return
        module = self._file(found.module)
        if module is None:
            raise UnclearImport(f"{by}:{found.line} imports {found.module}, which is not there")
        self._enter_with_parents(found.module)
        for name in found.names:
            inner = f"{found.module}.{name}"
            home = self._source(module).homes.get(name)
            if self._file(inner) is not None:
                self._enter_with_parents(inner)
            elif home is not None:
                self._resolve(_Import(home, (name,), found.line), by)

    def _enter_with_parents(self, module: str) -> None:
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            file = self._file(".".join(parts[:end]))
            if file is not None:  # a folder without __init__ is a namespace: nothing to carry
                self._enter(file)

    def _file(self, module: str) -> Path | None:
        path = self._package.parent.joinpath(*module.split("."))
        return next((p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()), None)

    def _source(self, file: Path) -> _Source:
        if file not in self._read:
            self._read[file] = _parse(file, self._name(file))
        return self._read[file]

    def _name(self, file: Path) -> tuple[str, ...]:
        """The package that relative imports of `file` count from."""
        return file.relative_to(self._package.parent).parent.parts if file.is_relative_to(self._package) else ()


def _parse(file: Path, within: tuple[str, ...]) -> _Source:
    tree = ast.parse(file.read_bytes(), str(file))
    door = any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body)
    homes: dict[str, str] = {}
    if door:
        for node in tree.body:
            if _is_for_checkers(node):
                for found in _imports(node.body, within, file):  # type: ignore[attr-defined]
                    homes |= dict.fromkeys(found.names, found.module)
    body = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and n.name == "__getattr__")]
    return _Source(tuple(_imports(body, within, file)), homes)


def _imports(body: Iterable[ast.AST], within: tuple[str, ...], file: Path) -> Iterator[_Import]:
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if _is_for_checkers(node):
            waiting.extend(node.orelse)  # type: ignore[attr-defined]
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (_Import(alias.name, (), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _Import(_absolute(node, within), tuple(alias.name for alias in node.names), node.lineno)
        elif isinstance(node, ast.Call) and _is_dynamic(node.func):
            yield _named(node, file)


def _is_for_checkers(node: ast.AST) -> bool:
    """``if TYPE_CHECKING:`` or ``if typing.TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in {
        getattr(node.test, "id", None),
        getattr(node.test, "attr", None),
    }


def _absolute(node: ast.ImportFrom, within: tuple[str, ...]) -> str:
    base = within[: len(within) - node.level + 1] if node.level else ()
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_dynamic(called: ast.expr) -> bool:
    return {getattr(called, "id", None), getattr(called, "attr", None)} & {"import_module", "__import__"} != set()


def _named(call: ast.Call, file: Path) -> _Import:
    """An import by call: only one that spells out what it imports can be followed."""
    name = call.args[0] if call.args else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
        return _Import(name.value, (), call.lineno)
    raise UnclearImport(f"{file}:{call.lineno} imports by a name computed at run time; write the name out")
