"""The same tree gives the same bytes, whoever builds it, however, wherever."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.artefacts.archive import build, digest, pack
from tools.artefacts.spec import ARTEFACTS, ROOT

NAMES = st.text("abc/_é", min_size=1, max_size=12)
_DIGESTS = """
from hashlib import sha256
from tools.artefacts.archive import pack
from tools.artefacts.contents import contents
from tools.artefacts.spec import ARTEFACTS
for artefact in ARTEFACTS:
    print(sha256(pack({n: f.read_bytes() for n, f in contents(artefact).items()})).hexdigest())
"""


@given(files=st.dictionaries(NAMES, st.binary(max_size=50), max_size=8), dice=st.randoms())
def test_order_does_not_matter_and_nothing_is_lost(files, dice):
    shuffled = list(files.items())
    dice.shuffle(shuffled)
    data = pack(files)
    assert pack(dict(shuffled)) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == sorted(files)


def test_another_content_is_another_archive():
    assert len({pack({"a": b"1"}), pack({"a": b"2"}), pack({"b": b"1"}), pack({})}) == 4


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda a: a.name)
def test_built_again_it_is_the_same(artefact):
    first = digest(build(artefact))
    assert digest(build(artefact)) == first == hashlib.sha256(artefact.path.read_bytes()).hexdigest()


def test_a_copy_of_the_tree_with_other_times_modes_locale_and_umask_gives_the_same(tmp_path):
    for part in ("src", "functions", "jobs", "tools"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in tmp_path.rglob("*.py"):
        os.utime(file, (1e9, 1e9))
        file.chmod(0o600)
    (tmp_path / "src/bachata/tasks/migrations/versions/__pycache__").mkdir()
    (tmp_path / "src/bachata/tasks/migrations/versions/__pycache__/x.pyc").write_bytes(b"left over")
    command = [sys.executable, "-c", _DIGESTS]
    here = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, umask=0o022)
    odd = {
        **os.environ,
        "LC_ALL": "C",
        "TZ": "Pacific/Chatham",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(tmp_path / "src"),
    }
    there = subprocess.run(command, cwd=tmp_path, env=odd, capture_output=True, text=True, check=True, umask=0o077)
    assert here.stdout == there.stdout
    assert len(set(here.stdout.split())) == len(ARTEFACTS)
