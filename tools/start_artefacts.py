"""``make artefacts``: start every artefact as the platform would, and hold it to its limits.

Unpacked, installed from its own requirements alone, compiled, read-only, as another user where that is allowed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.artefacts import limits
from tools.artefacts.archive import build
from tools.artefacts.installed import Installed, as_another, install, read_only
from tools.artefacts.measure import weigh
from tools.artefacts.rehearsal import ORDER, WORK, import_everything
from tools.artefacts.spec import ARTEFACTS, Artefact
from tools.artefacts.theatre import Theatre, theatre


def main() -> int:
    """Install two at a time, weigh, then let each do its work; the exit code."""
    with tempfile.TemporaryDirectory(prefix="bachata-artefacts-") as scratch:
        root, may = Path(scratch), limits.load()
        with theatre(root) as there:
            with ThreadPoolExecutor(2) as pool:
                ready = dict(pool.map(lambda artefact: (artefact.name, _installed(artefact, root)), ARTEFACTS))
            heavy = [excess for name, one in ready.items() for excess in limits.excesses(name, weigh(one), may)]
            if heavy:
                print(*heavy, sep="\n", file=sys.stderr)
                return 1
            for name in ORDER:
                _rehearse(ready[name], there)
    return 0


def _installed(artefact: Artefact, root: Path) -> Installed:
    build(artefact)
    return install(artefact, root / artefact.name)


def _rehearse(installed: Installed, there: Theatre) -> None:
    began = time.monotonic()
    with read_only(installed.app.parent):
        import_everything(installed, there)
        WORK[installed.artefact.name](installed, there)
    who = "as another user" if as_another(installed.python) else "as this user"
    print(f"{installed.artefact.name}: does its work, read-only, {who} ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    sys.exit(main())
