"""python -m benchmarks.body.scale [--scratch DIR]: measure what is usual and write the scales of both descriptors.

`flow-2` is measured over the drawn library and, when they are here, the real clips, each library weighing the same;
`pose-1` over the joints of the drawn dancers.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from bachata.moves.body.eights import eights
from bachata.moves.body.flow import flow_of
from bachata.moves.body.outline import poses_at
from bachata.moves.body.people.descriptor import describe as describe_joints
from bachata.moves.body.pictures import look
from bachata.moves.body.scaling import Scale
from bachata.moves.body.seeing import descriptions
from benchmarks.body.material import Clip, libraries
from benchmarks.body.truth import couple
from benchmarks.constants import write_scale
from samples.moves.catalogue import MOVES

BODY = Path(__file__).parents[2] / "src" / "bachata" / "moves" / "body"


def by_flow(clip: Clip) -> list[np.ndarray]:
    """The descriptions of a clip's eights."""
    pictures = look(clip.path, clip.move.rate)
    flow = flow_of(pictures)
    poses = poses_at(pictures, flow, clip.move.beats)
    return descriptions(flow, poses, clip.move.beats, clip.move.count_one) if poses else []


def by_joints(clip: Clip) -> list[np.ndarray]:
    """The same from a drawn clip's true joints."""
    seen, beats = couple(clip.move.clip_id, 3), clip.move.beats
    return [describe_joints(seen, beats, first, slot) for first, slot in eights(len(beats), clip.move.count_one)]


def scale_over(groups: list[list[np.ndarray]]) -> Scale:
    """One scale for libraries of which each weighs the same."""
    most = max(len(group) for group in groups)
    return Scale.over(np.array([group[i % len(group)] for group in groups for i in range(most)]))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scratch", type=Path, help="where to keep what was drawn and conformed")
    with tempfile.TemporaryDirectory(prefix="bachata-body-") as folder:
        measured = dict(libraries(arguments.parse_args().scratch or Path(folder)))
        flows = {name: [row for clip in clips for row in by_flow(clip)] for name, clips in measured.items()}
        joints = [row for clip in measured["drawn"] for row in by_joints(clip)]
    told = " and ".join(f"{len(rows)} eights of {name} moves" for name, rows in flows.items())
    seen = f"{len(joints)} eights of {len(MOVES)} drawn moves"
    for folder, version, over, scale in (
        (BODY, "flow-2", told, scale_over(list(flows.values()))),
        (BODY / "people", "pose-1", seen, Scale.over(np.array(joints))),
    ):
        target = folder / "descriptor_scale.py"
        write_scale(
            target, version, over, "benchmarks.body.scale", centre=scale.centre, spread=scale.spread, digits=4
        )  # fmt: skip
    print(told)


if __name__ == "__main__":
    main()
