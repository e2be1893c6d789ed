"""``make measure-artefacts``: measure every artefact, write the ledger and docs/artefacts.md.

Wants a machine that does nothing else. ``--page`` writes the page alone, from the ledger as it is: after a change of
limits or reasons.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tools.artefacts import ledger
from tools.artefacts.archive import build
from tools.artefacts.cloud_sql import cloud_sql
from tools.artefacts.installed import Installed, install, read_only
from tools.artefacts.measure import Start, Weight, start, weigh
from tools.artefacts.rehearsal import ORDER, WORK
from tools.artefacts.spec import ARTEFACTS, BY_NAME
from tools.artefacts.theatre import theatre


def main(arguments: list[str]) -> int:
    """The command; its exit code."""
    if arguments == []:
        ledger.FILE.write_text(_measured().dump(), encoding="utf-8")
    elif arguments != ["--page"]:
        print(__doc__, file=sys.stderr)
        return 2
    ledger.PAGE.write_text(ledger.page(ledger.read()), encoding="utf-8")
    return 0


def _measured() -> ledger.Ledger:
    """Install, let each work once so that there is something to start with, then measure."""
    weights: dict[str, Weight] = {}
    starts: dict[str, dict[str, Start]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bachata-artefacts-") as scratch,
        theatre(Path(scratch)) as there,
        tempfile.TemporaryDirectory() as certificates,
        cloud_sql(there.database, Path(certificates)) as instance,
    ):
        by_connector = replace(there, instance=instance)
        for name in ORDER:
            installed = _installed(name, Path(scratch))
            with read_only(installed.app.parent):
                WORK[name](installed, there)
                weights[name] = weigh(installed)
                starts[name] = {"URL": start(installed, there), "connector": start(installed, by_connector)}
    names = [artefact.name for artefact in ARTEFACTS]
    return ledger.Ledger(
        when=datetime.now(UTC).date().isoformat(),
        machine=(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}, "
            f"{os.getloadavg()[1]:.1f} processes running on average"
        ),
        weights={name: weights[name] for name in names},
        starts={name: starts[name] for name in names},
    )


def _installed(name: str, root: Path) -> Installed:
    build(BY_NAME[name])
    return install(BY_NAME[name], root / name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
