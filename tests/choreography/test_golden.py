"""Plans kept as files: a change of any weight or rule shows as a difference a person can read.

After a change that is meant, write them anew with ``python -m tests.choreography.test_golden`` and look at the diff.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from tests.choreography.worlds import make_index, make_library, make_song

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str | None]] = {
    "form": ({"seconds": 90.0}, {"difficulty": "intermediate", "energy": "high", "seed": 3}, None),
    "words": (
        {"seconds": 150.0, "first_beat": 0.0},
        {},
        "romantic beginner bachata with smooth transitions, 45 seconds",
    ),
    "film rate": ({"seconds": 70.0, "tempo": 122.5, "drift": 0.02}, {"difficulty": "advanced"}, None),
}


def document(case: str) -> dict[str, Any]:
    song, fields, query = CASES[case]
    # Only the film's rate is not that of a profile: there the clips are as they came.
    moves = make_library(48, profile=None if case == "film rate" else "720p30")
    made = plan(
        make_song(**song),
        moves,
        understand(fields, query),
        task_id="golden",
        user_id="ana",
        song_key="songs/x.wav",
        index=make_index(moves),
        output={"frame_rate": "24000/1001"} if case == "film rate" else None,
    )
    loaded: dict[str, Any] = json.loads(made.blueprint_json)
    return {"blueprint": loaded, "relaxed": list(made.relaxed), "summary": made.summary}


def path(case: str) -> Path:
    return GOLDEN / f"{case.replace(' ', '_')}.json"


@pytest.mark.parametrize("case", CASES)
def test_the_plan_is_the_one_kept(case: str) -> None:
    assert document(case) == json.loads(path(case).read_text())


def main() -> None:
    for case in CASES:
        path(case).write_text(json.dumps(document(case), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
