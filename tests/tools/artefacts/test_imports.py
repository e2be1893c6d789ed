"""What programs can import, told from the source: held against what Python finds, and against hand-made cases."""

from __future__ import annotations

import ast
import textwrap
from modulefinder import ModuleFinder
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.artefacts.contents import reach_of
from tools.artefacts.imports import UnclearImport, reach
from tools.artefacts.spec import ARTEFACTS, SOURCE


def _tree(root: Path, **files: str) -> Path:
    """A package `p` below `root`; keys are paths with __ for /."""
    for name, text in files.items():
        file = root / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    for folder in {f.parent for f in (root / "p").rglob("*.py")} | {root / "p"}:
        folder.mkdir(parents=True, exist_ok=True)
        init = folder / "__init__.py"
        init.write_text((folder / "init.py").read_text() if (folder / "init.py").exists() else "")
        (folder / "init.py").unlink(missing_ok=True)
    return root / "p"


def _found(root: Path, package: Path) -> set[str]:
    files = reach([root / "main.py"], package).files
    names = {f.relative_to(root).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".") for f in files}
    return names - {"p"}


@pytest.mark.parametrize(
    ("statement", "modules"),
    [
        ("import p.a", {"p.a"}),
        ("import p.a as x, p.b", {"p.a", "p.b"}),
        ("from p import a", {"p.a"}),
        ("from p.a import thing", {"p.a"}),
        ("from p.inner import deep, other", {"p.inner", "p.inner.deep"}),
        ("def f():\n    from p import a", {"p.a"}),
        ("class C:\n    async def f(self):\n        import p.b", {"p.b"}),
        ("try:\n    import p.a\nexcept ImportError:\n    import p.b", {"p.a", "p.b"}),
        ("if TYPE_CHECKING:\n    import p.a\nelse:\n    import p.b", {"p.b"}),
        ("if typing.TYPE_CHECKING:\n    from p import a", set()),
        ("import importlib\nimportlib.import_module('p.a')", {"p.a"}),
        ("__import__('p.inner.deep')", {"p.inner", "p.inner.deep"}),
        ("import os, pa.b", set()),
        ("import p.leads", {"p.leads", "p.a"}),
        ("import p.inner.climbs", {"p.inner", "p.inner.climbs", "p.b", "p.inner.deep"}),
        ("import p.circle", {"p.circle", "p.circle2"}),
        ("import p.door", {"p.door"}),
        ("from p.door import Handle", {"p.door", "p.door.home", "p.b"}),
    ],
)
def test_each_way_to_import(tmp_path, statement, modules):
    package = _tree(
        tmp_path,
        main=statement,
        p__a="",
        p__b="",
        p__inner__deep="",
        p__inner__climbs="from .. import b\nfrom . import deep",
        p__leads="def later():\n    from p import a",
        p__circle="import p.circle2",
        p__circle2="import p.circle",
        p__door__home="import p.b\nHandle = 1",
        p__door__init="""
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from p.door.home import Handle
            def __getattr__(name):
                import p.door.home
                return getattr(p.door.home, name)
        """,
    )
    assert _found(tmp_path, package) == modules


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import p.gone", "main.py:1 imports p.gone, which is not there"),
        ("import os\nfrom p.gone import x", "main.py:2 imports p.gone"),
        ("import importlib\nimportlib.import_module(f'p.{x}')", "main.py:2 imports by a name computed"),
        ("__import__(name)", "write the name out"),
        ("import importlib\nimportlib.import_module('.a', 'p')", "computed"),
    ],
)
def test_what_cannot_be_told_is_an_error_with_its_place(tmp_path, statement, words):
    package = _tree(tmp_path, main=statement, p__a="")
    with pytest.raises(UnclearImport, match=words):
        reach([tmp_path / "main.py"], package)


def test_modules_of_others_are_named(tmp_path):
    package = _tree(
        tmp_path, main="import os.path\nfrom google.cloud import storage\nimport p.a", p__a="import numpy as np"
    )
    assert reach([tmp_path / "main.py"], package).others == {"os.path", "google.cloud.storage", "numpy"}


@given(data=st.data(), count=st.integers(1, 8))
def test_any_graph_is_followed_to_its_end_and_no_further(tmp_path_factory, data, count):
    """Against a search over the graph itself, whatever the form of each import and however deep it stands."""
    root = tmp_path_factory.mktemp("graph")
    forms = st.sampled_from(["import p.m{n}", "from p import m{n}", "def f():\n    from p.m{n} import x"])
    edges = {k: data.draw(st.lists(st.integers(0, count - 1), max_size=3)) for k in [*range(count), "main"]}
    sources = {k: "\n".join(data.draw(forms).format(n=n) for n in to) for k, to in edges.items()}
    package = _tree(root, main=sources["main"], **{f"p__m{k}": sources[k] for k in range(count)})
    expected, waiting = set(), list(edges["main"])
    while waiting:
        if (node := waiting.pop()) not in expected:
            expected.add(node)
            waiting += edges[node]
    assert _found(root, package) == {f"p.m{n}" for n in expected}


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda a: a.name)
def test_python_itself_finds_the_same(artefact, tmp_path):
    """The standard library's ModuleFinder reads compiled code; it is shown the tree without what never runs."""
    for file in SOURCE.rglob("*.py"):
        copy = tmp_path / file.relative_to(SOURCE.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(ast.unparse(_Run().visit(ast.parse(file.read_text()))))
    finder = ModuleFinder(path=[str(tmp_path)])
    programs = [artefact.program, *(f for name in artefact.data for f in (SOURCE / name).rglob("*.py"))]
    for program in programs:
        finder.load_file(str(program))
    theirs = {Path(m.__file__).relative_to(tmp_path / "bachata") for m in finder.modules.values() if _ours(m, tmp_path)}
    mine = {f.relative_to(SOURCE) for f in reach_of(artefact).files}
    data = {f.relative_to(SOURCE) for f in programs[1:]}
    assert mine - data == theirs - data


class _Run(ast.NodeTransformer):
    """Takes out what is for type checkers, and the front doors: nobody in an artefact passes through one."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return node.orelse or ast.Pass()
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return ast.Pass() if node.name == "__getattr__" else self.generic_visit(node)


def _ours(module, root: Path) -> bool:
    return bool(module.__file__) and Path(module.__file__).is_relative_to(root / "bachata")
