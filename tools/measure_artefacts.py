"""``make measure-artefacts``: measure every artefact, write the ledger and docs/artefacts.md.

Wants a machine that does nothing else.
"""

from __future__ import annotations

import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tools.artefacts import ledger
from tools.artefacts.archive import build
from tools.artefacts.installed import Installed, install, read_only
from tools.artefacts.measure import Start, Weight, start, weigh
from tools.artefacts.rehearsal import ORDER, WORK
from tools.artefacts.spec import ARTEFACTS, BY_NAME
from tools.artefacts.theatre import theatre


def main() -> None:
    """Install, let each work once so that there is something to start with, then measure."""
    weights: dict[str, Weight] = {}
    starts: dict[str, dict[str, Start]] = {}
    with tempfile.TemporaryDirectory(prefix="bachata-artefacts-") as scratch, theatre(Path(scratch)) as there:
        for name in ORDER:
            installed = _installed(name, Path(scratch))
            with read_only(installed.app.parent):
                WORK[name](installed, there)
                weights[name] = weigh(installed)
                starts[name] = {"a database by URL": start(installed, there)}
    names = [artefact.name for artefact in ARTEFACTS]
    made = ledger.Ledger(
        when=datetime.now(UTC).date().isoformat(),
        machine=f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}",
        weights={name: weights[name] for name in names},
        starts={name: starts[name] for name in names},
    )
    ledger.FILE.write_text(made.dump(), encoding="utf-8")
    ledger.PAGE.write_text(ledger.page(made), encoding="utf-8")
    print(ledger.PAGE.read_text(encoding="utf-8"))


def _installed(name: str, root: Path) -> Installed:
    build(BY_NAME[name])
    return install(BY_NAME[name], root / name)


if __name__ == "__main__":
    main()
