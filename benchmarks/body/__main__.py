"""python -m benchmarks.body [--scratch DIR]: how well bodies are seen, on the drawn library and the real clips.

Prints Markdown and writes it to results.md. Nothing of a single clip is told.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bachata.moves.body import see
from bachata.moves.body.people.descriptor import vector_of
from benchmarks.body import measures
from benchmarks.body.material import Clip, libraries
from benchmarks.body.scale import by_joints
from benchmarks.harness import machine

RESULTS = Path(__file__).with_name("results.md")


def rows_of(clips: Sequence[Clip]) -> dict[str, str]:
    """What is measured of one library, by name."""
    begun = time.process_time()
    bodies = [see(c.path, c.move.beats, c.move.rate, count_one=c.move.count_one) for c in clips]
    spent = time.process_time() - begun
    moves = [
        c.move.model_copy(
            update={"motion": list(b.motion), "kinetic_beats": list(b.kinetic_beats), "poses": list(b.poses)}
        )
        for c, b in zip(clips, bodies, strict=True)
    ]
    low, middle, high = measures.spread_of_motion(moves)
    said, p = measures.energy_as_said(moves)
    near, chance, often = measures.on_beats(moves)
    return {
        "clips; of which with a vector": f"{len(clips)}; {sum(b.known for b in bodies)}",
        "energy of a move: 10th, 50th, 90th percentile": f"{low:.2f}, {middle:.2f}, {high:.2f}",
        "energy against what people say: Spearman; p": f"{said:.2f}; {p:.2g}",
        "kinetic beats a beat": f"{often:.2f}",
        "kinetic beats on beats, σ 50 ms; shifted at random": f"{near:.3f}; {chance:.3f}",
        "poses a beat apart against poses of two clips: AUC": f"{measures.continuity(moves):.3f}",
        **_told(np.array([b.vector for b in bodies]), [m.label for m in moves]),
        "CPU for a second of clip, ms": f"{1000 * spent / sum(m.frames / float(m.rate) for m in moves):.0f}",
    }


def _told(vectors: np.ndarray, labels: Sequence[str], of: str = "flow-2") -> dict[str, str]:
    found = measures.discrimination(vectors, labels)
    return {
        f"{of}: mean cosine of all pairs": f"{found['mean cosine']:.3f}",
        f"{of}: label retrieval@5; chance; p": f"{found['retrieval@5']:.3f}; {found['chance']:.3f}; {found['p']:.2g}",
    }


def page(found: dict[str, dict[str, str]]) -> Iterator[str]:
    """The table, a library a column."""
    yield f"| | {' | '.join(found)} |"
    yield f"|---{'|---' * len(found)}|"
    for measure in dict.fromkeys(name for rows in found.values() for name in rows):
        yield f"| {measure} | {' | '.join(rows.get(measure, '–') for rows in found.values())} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scratch", type=Path, help="where to keep what was drawn and conformed")
    with tempfile.TemporaryDirectory(prefix="bachata-body-") as folder:
        measured = dict(libraries(arguments.parse_args().scratch or Path(folder)))
        found = {name: rows_of(clips) for name, clips in measured.items()}
    drawn = measured["drawn"]
    joints = np.array([vector_of(np.mean(by_joints(clip), axis=0)) for clip in drawn])
    found["drawn"] |= _told(joints, [c.move.label for c in drawn], "pose-1 of true joints")
    text = "\n".join(["# Bodies", "", f"`python -m benchmarks.body`; {machine()}", "", *page(found), ""])
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
