"""``make package``: the archives of the functions and the build contexts of the jobs, in build/."""

from __future__ import annotations

from tools.artefacts.archive import build, digest
from tools.artefacts.spec import ARTEFACTS, ROOT


def main() -> None:
    """Build all and print size and hash of each."""
    for artefact in ARTEFACTS:
        path = build(artefact)
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KiB  sha256 {digest(path)}")


if __name__ == "__main__":
    main()
