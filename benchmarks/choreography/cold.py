"""python -m benchmarks.choreography.cold LIBRARY SONG: one plan in a process that has done nothing before.

DATABASE_URL names a database that runs already, as Cloud SQL does, LOCAL_STORAGE_PATH the store with the library's
snapshot; SONG is an Analysis document.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(library: str, song: str) -> None:
    """Connect, load the library, plan."""
    from bachata import settings
    from bachata.choreography.brief import understand
    from bachata.choreography.planner import plan
    from bachata.moves.library import load
    from bachata.moves.repository import MoveRepository
    from bachata.moves.snapshots import Snapshots
    from bachata.music.document import Analysis
    from bachata.storage import open_store
    from bachata.tasks.engine import open_engine

    env = settings.load()
    held = load(MoveRepository(open_engine(env), library), Snapshots(open_store(env)))
    heard = Analysis.model_validate_json(Path(song).read_bytes())
    made = plan(
        heard, held.moves, understand({"difficulty": "intermediate"}), task_id="cold", user_id="bench",
        song_key="songs/bench", index=held.index,
    )  # fmt: skip
    print(len(made.blueprint.moves))


if __name__ == "__main__":
    main(*sys.argv[1:3])
