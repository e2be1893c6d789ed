"""Where the laptop cloud keeps its state, and where it finds what it runs.

::

    $BACHATA_HOME, else <checkout>/.bachata
        storage/     the objects: songs, clips, blueprints, videos
        postgres/    the database's directory
        logs/        the functions' log, and a folder per job execution with a file per attempt
        scratch/     temporary files of job attempts, gone with them
        executions/  leases of the executions that run
        dead/        messages that became no task
        up.json      addresses of a running `bachata up`

Nothing here is global to the machine, so two users, or one user with two homes, do not meet.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bachata.errors import InvalidSettings


@dataclass(frozen=True)
class Home:
    """The directory of one laptop cloud. Its parts are made when something is put there."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        """`$BACHATA_HOME`, else ``.bachata`` in the checkout this package runs from, else in the working directory."""
        chosen = os.environ.get("BACHATA_HOME")
        if chosen:
            return cls(Path(chosen).expanduser().resolve())
        return cls((_checkout() or Path.cwd()) / ".bachata")

    @property
    def storage(self) -> Path:
        """Root of the local object store."""
        return self.root / "storage"

    @property
    def postgres(self) -> Path:
        """Directory of the embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        """What functions and jobs print."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """Temporary files of job attempts."""
        return self.root / "scratch"

    @property
    def executions(self) -> Path:
        """Leases of the executions that run."""
        return self.root / "executions"

    @property
    def dead(self) -> Path:
        """The messages that became no task, a file each."""
        return self.root / "dead"

    @property
    def up_file(self) -> Path:
        """Addresses of a running `bachata up`."""
        return self.root / "up.json"


def _checkout() -> Path | None:
    """The tree this package runs from (src/bachata/local/home.py is three levels below it), if it is one."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "workflows" / "choreography.yaml").is_file() else None


def project_root() -> Path:
    """The tree that holds functions/, jobs/ and workflows/: what is deployed is not part of the package.

    Raises InvalidSettings with the remedy.
    """
    for root in (_checkout(), *(Path.cwd(), *Path.cwd().parents)):
        if root and all((root / part).is_dir() for part in ("functions", "jobs")) and _has_workflow(root):
            return root
    raise InvalidSettings(
        "The laptop cloud runs the project's own functions/, jobs/ and workflows/, and this installation has none: "
        "run it inside a checkout of bachata-buddy"
    )


def _has_workflow(root: Path) -> bool:
    return (root / "workflows" / "choreography.yaml").is_file()
