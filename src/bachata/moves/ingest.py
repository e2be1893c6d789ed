"""Bringing clips into a library: measured, copied, embedded, and written in one transaction or not at all.

Everything is examined first and all faults are reported together. Clips are stored under keys that hold their hash, so
a clip that was replaced never changes under a blueprint made before, and a failed ingest disturbs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bachata.blueprint import path_fault
from bachata.errors import BachataError, InvalidRequest, PreconditionFailed, Problem
from bachata.logs import get_logger
from bachata.moves.annotations import Annotation, read
from bachata.moves.beats import BeatFinder, ClipBeats, beats_of
from bachata.moves.catalogue import Move
from bachata.moves.embedding import VERSION, embed, profile_of
from bachata.moves.glossary import style_of
from bachata.moves.probe import ClipFacts, probe
from bachata.moves.repository import Embedded, MoveRepository
from bachata.storage.interface import ObjectStore

WORKERS = 2  # analysis of a clip is bound by the processor; two keep a laptop usable
TEMPO_DOUBT = 0.08  # the old tracker's bins are up to 5 % off, none by more than 8 %

Progress = Callable[[int, int, str], None]

log = get_logger(__name__)


@dataclass(frozen=True)
class IngestReport:
    """What came of an ingest: clip ids by outcome, and doubts worth a look."""

    library: str
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        """Clips named by the annotations."""
        return len(self.added) + len(self.updated) + len(self.unchanged)


@dataclass(frozen=True)
class _Examined:
    """A clip that may enter; `fresh` is None when the library holds exactly this already."""

    path: Path
    clip_id: str
    fresh: Move | None
    warnings: tuple[str, ...] = ()


def add(
    directory: Path,
    annotations: Path,
    *,
    library: str,
    store: ObjectStore,
    engine: sa.Engine,
    clip_beats: BeatFinder,
    progress: Progress | None = None,
) -> IngestReport:
    """Add the clips under `directory` that `annotations` names, or bring what changed up to date.

    `progress(done, total, clip_id)` is told after each clip.

    Raises InvalidRequest with every fault of every clip; then nothing was added.
    """
    if fault := path_fault(library) or ("holds a slash" if "/" in library else None):
        raise InvalidRequest(f"The library name {library!r} {fault}")
    named, problems = read(annotations)
    repository = MoveRepository(engine, library)
    known = {e.move.clip_id: e for e in repository.load()}
    examined = _examine_all(
        named,
        problems,
        lambda a: _examine(directory, a, known.get(a.clip_id), library, clip_beats),
        progress,
    )
    if problems:
        ordered = sorted(problems, key=lambda p: _order(p.path))
        listed = "; ".join(str(p) for p in ordered)
        count = f"{len(problems)} fault{'s' if len(problems) != 1 else ''}"
        raise InvalidRequest(f"Nothing was added: {annotations.name} has {count}: {listed}", details=listed)
    fresh = [(e.path, e.fresh) for e in examined if e.fresh is not None]
    _store(fresh, store, repository)
    changed = {m.clip_id for _, m in fresh}
    return IngestReport(
        library=library,
        added=tuple(e.clip_id for e in examined if e.clip_id in changed and e.clip_id not in known),
        updated=tuple(e.clip_id for e in examined if e.clip_id in changed and e.clip_id in known),
        unchanged=tuple(e.clip_id for e in examined if e.clip_id not in changed),
        warnings=tuple(w for e in examined for w in e.warnings),
    )


def _examine_all(
    named: Sequence[tuple[str, Annotation]],
    problems: list[Problem],
    examine: Callable[[Annotation], _Examined],
    progress: Progress | None,
) -> list[_Examined]:
    done: dict[str, _Examined] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="ingest") as pool:
        jobs = {pool.submit(examine, a): (p, a) for p, a in named}
        try:
            for number, job in enumerate(as_completed(jobs), 1):
                place, annotation = jobs[job]
                try:
                    done[place] = job.result()
                except (BachataError, ValueError) as error:
                    problems.append(Problem(f"{place}.video_path", f"{annotation.video_path} {_words(error)}"))
                if progress:
                    progress(number, len(jobs), annotation.clip_id)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [done[place] for place, _ in named if place in done]


def _examine(
    directory: Path, annotation: Annotation, known: Embedded | None, library: str, find: BeatFinder
) -> _Examined:
    path = directory / annotation.video_path
    if not path.is_file():
        raise ValueError("is missing")
    if not path.resolve().is_relative_to(directory.resolve()):
        raise ValueError("leads out of the directory")
    sha256 = _hash(path)
    old = known.move if known else None
    measured = _measured(old, annotation) if old and old.sha256 == sha256 else None
    move = measured or _measure(path, sha256, annotation, library, find)
    move = _described(move, annotation)
    if known and known.version == VERSION and move == old:
        return _Examined(path, annotation.clip_id, None)
    return _Examined(path, annotation.clip_id, move, _doubts(move, annotation))


def _measured(old: Move, annotation: Annotation) -> Move | None:
    """The move as measured before, if measuring again could tell nothing else."""
    return old if old.beats_source == "measured" and annotation.beats is None else None


def _measure(path: Path, sha256: str, annotation: Annotation, library: str, find: BeatFinder) -> Move:
    facts: ClipFacts = probe(path)
    beats: ClipBeats = beats_of(path, facts, annotation, find)
    rate = facts.rate
    return Move(
        clip_id=annotation.clip_id,
        library=library,
        name="",
        label=annotation.move_label,
        difficulty=annotation.difficulty,
        energy_level=annotation.energy_level,
        style="playful",
        video_path=f"moves/{library}/{annotation.clip_id}-{sha256[:12]}{path.suffix.lower() or '.mp4'}",
        sha256=sha256,
        frame_rate=str(rate.numerator) if rate.denominator == 1 else f"{rate.numerator}/{rate.denominator}",
        frames=facts.frames,
        width=facts.width,
        height=facts.height,
        tempo=beats.tempo,
        beats=list(beats.frames),
        count_one=beats.count_one,
        confidence=beats.confidence,
        beats_source=beats.source,
    )


def _described(move: Move, annotation: Annotation) -> Move:
    """The measured move with what people say of it."""
    said = {
        "name": annotation.name or Path(annotation.video_path).stem.replace("_", " "),
        "label": annotation.move_label,
        "difficulty": annotation.difficulty,
        "energy_level": annotation.energy_level,
        "style": annotation.style or style_of(annotation.move_label),
    }
    return Move.model_validate({**move.model_dump(), **said})


def _doubts(move: Move, annotation: Annotation) -> tuple[str, ...]:
    doubts = []
    said = annotation.annotated_tempo
    if said and abs(move.tempo / said - 1) > TEMPO_DOUBT:
        doubts.append(f"{move.clip_id}: {move.tempo:.1f} BPM measured, {said:g} annotated")
    if not move.windows:
        doubts.append(f"{move.clip_id}: no whole 8-count lies inside it, so it will hardly be used")
    return tuple(doubts)


def _store(fresh: Sequence[tuple[Path, Move]], store: ObjectStore, repository: MoveRepository) -> None:
    written: list[str] = []
    try:
        for path, move in fresh:
            try:
                store.put_file(move.video_path, path, if_generation=0)
                written.append(move.video_path)
            except PreconditionFailed:
                log.debug("clip stored already", extra={"key": move.video_path})
        repository.save([Embedded(m, embed(profile_of(m)), VERSION) for _, m in fresh])
    except BaseException:
        for key in written:  # nothing refers to them yet
            store.delete(key)
        raise


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _words(error: Exception) -> str:
    return error.message if isinstance(error, BachataError) else str(error)


def _order(place: str) -> tuple[int, str]:
    inside = place.partition("[")[2].partition("]")[0]
    return (int(inside) if inside.isdecimal() else -1, place)
