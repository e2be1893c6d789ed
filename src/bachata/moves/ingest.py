"""Bringing clips into a library: examined, conformed, embedded, and entered in one transaction or not at all.

All clips are examined first, and faults of all of them are reported together before anything is made. Then each is
turned into a mezzanine of the library's profile, stored under a name that holds a hash of what decides its bytes, and
the dancers in it are looked at. Only when all are there do they enter the catalogue. An ingest that was stopped, by
whatever, left nothing in the catalogue; run again it finds what it had finished.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from bachata.blueprint import path_fault
from bachata.errors import BachataError, InvalidRequest, MediaUnreadable, Problem
from bachata.logs import get_logger
from bachata.media.profile import Profile
from bachata.moves.annotations import Annotation, read
from bachata.moves.beats import BeatFinder
from bachata.moves.body.eyes import Eyes, open_eyes
from bachata.moves.conforming import cores, each, finish
from bachata.moves.embedder import Embedder
from bachata.moves.embedding import Part
from bachata.moves.examine import Examined, Examiner, doubts
from bachata.moves.instep import found_by
from bachata.moves.profiles import left_behind, profile_for_adding
from bachata.moves.repository import Embedded, MoveRepository
from bachata.moves.shelf import Shelf
from bachata.storage.interface import ObjectStore

Progress = Callable[[int, int, str], None]

log = get_logger(__name__)


@dataclass(frozen=True)
class IngestReport:
    """What came of an ingest: clip ids by outcome, and doubts worth a look.

    `conformed` names the clips that were encoded by this run.
    """

    library: str
    profile: str
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    conformed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        """Clips named by the annotations."""
        return len(self.added) + len(self.updated) + len(self.unchanged)


@dataclass(frozen=True)
class _Clip:
    """An annotation at its place in the document, and what was found out about its clip."""

    place: str
    annotation: Annotation
    examined: Examined


def add(
    directory: Path,
    annotations: Path,
    *,
    library: str,
    store: ObjectStore,
    engine: sa.Engine,
    clip_beats: BeatFinder,
    analyser: str,
    embedder: Embedder | None = None,
    profile: str | None = None,
    pose_model: Path | None = None,
    workers: int | None = None,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Add the clips under `directory` that `annotations` names, or bring what changed up to date.

    `analyser` is the version of `clip_beats`; clips that another version heard, or saw step, are measured again,
    and encoded again only if their beats have moved. `embedder` makes the parts of their embeddings (None: of what
    is said of them only); moves that are not among them are embedded anew if another version did it. `profile`
    names what clips are conformed to; None: what the library has, 720p30 for a new one. `pose_model` is an ONNX
    file that finds the dancers' joints; None: their motion tells. `workers` clips are made at once (None: as many
    as there are cores), below `scratch` (None: where temporary files go).
    `progress(done, total, clip_id)` is told when a clip is about to be examined, then after each that is finished.

    Raises InvalidRequest with every fault of every clip; then nothing was added. Raises InvalidSettings when OpenCV is
    not installed, or the model cannot be used.
    """
    eyes = open_eyes(pose_model)
    if fault := path_fault(library) or ("holds a slash" if "/" in library else None):
        raise InvalidRequest(f"The library name {library!r} {fault}")
    named, problems = read(annotations)
    repository = MoveRepository(engine, library)
    known = {e.move.clip_id: e for e in repository.load()}
    held = [e.move for e in known.values()]
    chosen = profile_for_adding(held, profile)
    # With a faulty annotation nobody knows which clips are meant.
    if not problems and (fault := left_behind(held, chosen, {a.clip_id for _, a in named})):
        problems.append(Problem("$.clips", fault))
    shelf = Shelf(store, library)
    run = _Run(
        Examiner(directory, chosen, shelf, {m.clip_id: m for m in held}, clip_beats, found_by(analyser), eyes.version),
        shelf,
        eyes,
        workers or cores(),
        progress,
        problems,
        source=annotations.name,
    )
    examined = run.examine(named)
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=scratch) as folder:
        clips = run.finish(examined, Path(folder))
    made = {c.annotation.clip_id for c in examined if c.examined.record is None}
    rows = _embedded(clips, known, embedder or Embedder(), run.workers)
    return _enter(clips, rows, known, repository, chosen, made=made)


@dataclass
class _Run:
    """One ingest: the clips in their order, the faults so far."""

    examiner: Examiner
    shelf: Shelf
    eyes: Eyes
    workers: int
    progress: Progress | None
    problems: list[Problem]
    source: str

    def examine(self, named: Sequence[tuple[str, Annotation]]) -> list[_Clip]:
        """Look at all clips. Raises InvalidRequest if there is any fault, of a clip or of the document."""
        done: dict[str, _Clip] = {}
        annotations = dict(named)

        def look(annotation: Annotation, stop: Event) -> Examined:
            self._tell(0, len(named), annotation.clip_id)
            return self.examiner(annotation, stop)

        with each(annotations, look, self.workers) as finished:
            for place, job in finished:
                try:
                    done[place] = _Clip(place, annotations[place], job.result())
                except (BachataError, ValueError) as error:
                    self._fault(place, annotations[place], error)
        self._refuse_faults()
        return [done[place] for place, _ in named]

    def finish(self, clips: Sequence[_Clip], scratch: Path) -> list[_Clip]:
        """Make the mezzanines that are missing and look at what nobody has looked at.

        Raises InvalidRequest if a clip cannot be decoded.
        """
        done = {c.place: c for c in clips if c.examined.body is not None}
        missing = {c.place: c for c in clips if c.examined.body is None}
        for number, clip in enumerate(done.values(), 1):
            self._tell(number, len(clips), clip.annotation.clip_id)

        def work(clip: _Clip, stop: Event) -> Examined:
            return finish(clip.examined, self.eyes, self.shelf, scratch, stop)

        with each(missing, work, self.workers) as finished:
            for place, job in finished:
                clip = missing[place]
                try:
                    done[place] = replace(clip, examined=job.result())
                except MediaUnreadable as error:
                    self._fault(place, clip.annotation, error)
                    continue
                self._tell(len(done), len(clips), clip.annotation.clip_id)
        self._refuse_faults()
        return [done[c.place] for c in clips]

    def _tell(self, done: int, total: int, clip_id: str) -> None:
        if self.progress:
            self.progress(done, total, clip_id)

    def _fault(self, place: str, annotation: Annotation, error: BachataError | ValueError) -> None:
        words = error.message if isinstance(error, BachataError) else f"{annotation.video_path} {error}"
        self.problems.append(Problem(f"{place}.video_path", words))

    def _refuse_faults(self) -> None:
        if self.problems:
            listed = "; ".join(str(p) for p in sorted(self.problems, key=lambda p: _order(p.path)))
            count = f"{len(self.problems)} fault{'s' if len(self.problems) != 1 else ''}"
            raise InvalidRequest(f"Nothing was added: {self.source} has {count}: {listed}", details=listed)


def _embedded(
    clips: Sequence[_Clip], known: dict[str, Embedded], embedder: Embedder, workers: int
) -> dict[str, Embedded]:
    """The clips as they will be catalogued, and the other moves whose text another version embedded."""
    moves = [c.examined.move for c in clips]
    paths = {m.clip_id: c.examined.path for m, c in zip(moves, clips, strict=True)}
    bodies = {
        m.clip_id: Part(body.vector, body.version)
        for m, c in zip(moves, clips, strict=True)
        if (body := c.examined.body) is not None and body.known
    }
    others = embedder.outdated({i: e for i, e in known.items() if i not in paths})
    rows = embedder.embed([*moves, *others], paths, bodies, known, workers)
    return {e.move.clip_id: e for e in rows}


def _enter(
    clips: Sequence[_Clip],
    rows: dict[str, Embedded],
    known: dict[str, Embedded],
    repository: MoveRepository,
    profile: Profile,
    *,
    made: set[str],
) -> IngestReport:
    """Write into the catalogue what is new or has changed, in one transaction."""
    moves = [c.examined.move for c in clips]
    fresh = {i for i, e in rows.items() if e != known.get(i)}
    repository.save([e for i, e in rows.items() if i in fresh])
    log.info("added moves", extra={"library": repository.library, "fresh": len(fresh), "conformed": len(made)})
    return IngestReport(
        library=repository.library,
        profile=profile.name,
        added=tuple(m.clip_id for m in moves if m.clip_id in fresh and m.clip_id not in known),
        updated=tuple(m.clip_id for m in moves if m.clip_id in fresh and m.clip_id in known),
        unchanged=tuple(m.clip_id for m in moves if m.clip_id not in fresh),
        conformed=tuple(m.clip_id for m in moves if m.clip_id in made),
        warnings=tuple(w for c in clips for w in _doubts(c, fresh, made)),
    )


def _doubts(clip: _Clip, fresh: Collection[str], made: Collection[str]) -> tuple[str, ...]:
    """Doubts about what is new; of what was there before they have been told."""
    record, clip_id = clip.examined.record, clip.annotation.clip_id
    assert record is not None
    return doubts(clip.examined.move, clip.annotation, record) if clip_id in fresh or clip_id in made else ()


def _order(place: str) -> tuple[int, str]:
    inside = place.partition("[")[2].partition("]")[0]
    return (int(inside) if inside.isdecimal() else -1, place)
