"""``make package``: the archives of the functions and the build contexts of the jobs, in build/.

python -m tools.package            build them, print size and hash of each
python -m tools.package --list     write what each carries to tools/artefacts/carried.json
python -m tools.package --check    exit 1 when that file, or docs/artefacts.md, is stale
"""

from __future__ import annotations

import sys

from tools.artefacts import carried, ledger
from tools.artefacts.archive import build, digest
from tools.artefacts.spec import ARTEFACTS, ROOT


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    if arguments == []:
        for artefact in ARTEFACTS:
            path = build(artefact)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KiB  sha256 {digest(path)}")
        return 0
    if arguments == ["--list"]:
        carried.FILE.write_text(carried.text(), encoding="utf-8")
        return 0
    if arguments == ["--check"]:
        return _check()
    print(__doc__, file=sys.stderr)
    return 2


def _check() -> int:
    stale = {
        carried.FILE: ("make docs", carried.text()),
        ledger.PAGE: ("python -m tools.measure_artefacts --page", ledger.page(ledger.read())),
    }
    wrong = [(file, remedy) for file, (remedy, text) in stale.items() if file.read_text(encoding="utf-8") != text]
    for file, remedy in wrong:
        print(f"{file.relative_to(ROOT)} is stale: run `{remedy}`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
