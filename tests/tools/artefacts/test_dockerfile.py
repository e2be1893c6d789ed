"""The images by their Dockerfiles: two stages, no shell, no root, nothing installed that is not locked."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.artefacts.contents import contents
from tools.artefacts.dockerfile import stages
from tools.artefacts.spec import ARTEFACTS, PYTHON, ROOT

JOBS = [a for a in ARTEFACTS if a.kind == "job"]
each = pytest.mark.parametrize("artefact", JOBS, ids=lambda a: a.name)


def _stages(artefact):
    return stages((artefact.folder / "Dockerfile").read_text())


@each
def test_the_base_is_a_slim_python_we_support_pinned_by_tag(artefact):
    build, final = _stages(artefact)
    assert build.base == final.base, "what is compiled in one must run in the other"
    version = re.fullmatch(r"python:(\d+\.\d+)-slim-[a-z]+(@sha256:[0-9a-f]{64})?", final.base).group(1)
    assert version == PYTHON
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, version.split("."))) >= tuple(map(int, oldest.split(".")))


@each
def test_it_runs_without_root_and_without_a_shell(artefact):
    final = _stages(artefact)[-1]
    assert [u.arguments for u in final.all("USER")] == [("10001:10001",)]
    assert [(e.arguments, e.exec_form) for e in final.all("ENTRYPOINT")] == [(("/venv/bin/python", "main.py"), True)]
    assert not final.all("CMD")
    order = [i.keyword for i in final.instructions]
    assert order.index("USER") > max(n for n, k in enumerate(order) if k in {"RUN", "COPY"}), "RUN and COPY as root"
    assert all(run.exec_form for stage in _stages(artefact) for run in stage.all("RUN"))


@each
def test_all_it_copies_is_in_the_context_and_all_of_the_context_is_copied(artefact):
    build, final = _stages(artefact)
    copied = [source for copy in build.all("COPY") for source in copy.arguments[:-1]]
    carried = set(contents(artefact)) - {"Dockerfile"}
    taken = {n for n in carried for source in copied if n == source or n.startswith(source.rstrip("/") + "/")}
    assert taken == carried
    assert all(c.arguments[0] == "--from=build" for c in final.all("COPY"))


@each
def test_only_what_is_locked_is_installed_and_no_installer_stays(artefact):
    build, final = _stages(artefact)
    installs = [r.arguments for r in build.all("RUN") if "install" in r.arguments]
    assert len(installs) == 1
    assert {"--require-hashes", ":all:", "requirements.txt"} <= set(installs[0])
    assert [r.arguments[2:] for r in final.all("RUN")] == [("pip", "uninstall", "--yes", "--quiet", "pip")]
    (venv,) = (r.arguments for r in build.all("RUN") if "venv" in r.arguments)
    assert "--without-pip" in venv
    words = {w for stage in (build, final) for i in stage.instructions for w in i.arguments}
    assert words.isdisjoint({"apt-get", "apt", "apk", "curl", "wget", "sh", "bash"})


@each
def test_code_is_compiled_by_hash_since_copies_have_other_times(artefact):
    compiles = [r.arguments for r in _stages(artefact)[0].all("RUN") if "compileall" in r.arguments]
    assert len(compiles) == 1
    assert {"unchecked-hash", "/venv/lib", "/app"} <= set(compiles[0])


def test_how_to_pin_the_base_by_digest_is_said():
    assert all("@sha256:" in (a.folder / "Dockerfile").read_text() for a in JOBS)


@given(
    words=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=8), min_size=1, max_size=4)
)
def test_exec_forms_are_read_as_they_were_written(words):

    (stage,) = stages(f"FROM x AS y\n# a comment\nRUN {json.dumps(words)}\n")
    assert (stage.base, stage.name) == ("x", "y")
    assert [(i.arguments, i.exec_form, i.line) for i in stage.instructions] == [(tuple(words), True, 3)]


def test_lines_go_on_and_shell_forms_are_told_apart():
    (stage,) = stages("FROM x\nRUN pip \\\n  # between\n  install 'a b'\nUSER 1\n")
    assert [(i.arguments, i.exec_form, i.line) for i in stage.instructions] == [
        (("pip", "install", "a b"), False, 2),
        (("1",), False, 5),
    ]


@pytest.mark.parametrize("text", ["RUN x\nFROM y", "FROM x\nwhat", "FROM x\n1 2", "FROM x\nRUN a \\"])
def test_what_is_no_dockerfile_is_refused(text):
    with pytest.raises(ValueError, match=r"^line [12]: "):
        stages(text)
