"""Looking at one clip before anything is made of it: what it is, where its beats are, what its mezzanine will be."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bachata.media.profile import Profile
from bachata.moves.annotations import Annotation
from bachata.moves.beats import BeatFinder, ClipBeats, FrameGrid, beats_of
from bachata.moves.body.document import Body
from bachata.moves.body.keeping import kept
from bachata.moves.catalogue import Move
from bachata.moves.glossary import style_of
from bachata.moves.instep import in_step
from bachata.moves.keyframes import keyframes_of
from bachata.moves.mezzanine import Mould
from bachata.moves.probe import probe
from bachata.moves.record import ClipRecord
from bachata.moves.shelf import Shelf, hash_of
from bachata.timeline import frame_at

_TEMPO_DOUBT: Final = 0.08  # the old tracker's bins are up to 5 % off, none by more than 8 %


@dataclass(frozen=True)
class Examined:
    """A clip that may enter the library.

    `move` lacks its mezzanine's hash as long as `record` is None: then the mezzanine is still to be made. As long as
    `body` is None the dancers are still to be looked at.
    """

    path: Path
    move: Move
    mould: Mould
    record: ClipRecord | None = None
    body: Body | None = None

    def made(self, record: ClipRecord) -> Examined:
        """The same with its mezzanine, as it is stored."""
        return replace(self, record=record, move=self.move.model_copy(update={"sha256": record.sha256}))

    def seen(self, body: Body) -> Examined:
        """The same with what is seen of the dancers."""
        update = {"motion": list(body.motion), "kinetic_beats": list(body.kinetic_beats), "poses": list(body.poses)}
        return replace(self, body=body, move=self.move.model_copy(update=update))


@dataclass(frozen=True)
class Examiner:
    """Examines clips below `directory` for one library. `known`: what the library holds already, by clip id.

    `analyser` is the version of what finds beats, in sound and steps, `sight` that of the eyes: what another one
    measured is measured again.
    """

    directory: Path
    profile: Profile
    shelf: Shelf
    known: dict[str, Move]
    find_beats: BeatFinder
    analyser: str
    sight: str

    def __call__(self, annotation: Annotation, stop: threading.Event | None = None) -> Examined:
        """Look at the clip of `annotation`.

        Raises ValueError or an error of the project's own, in words that follow the clip's name; Stopped once `stop`
        is set.
        """
        path = self.directory / annotation.video_path
        if not path.is_file():
            raise ValueError("is missing")
        if not path.resolve().is_relative_to(self.directory.resolve()):
            raise ValueError("leads out of the directory")
        source = hash_of(path)
        move = self._measured_before(source, annotation) or self._measure(path, source, annotation, stop)
        move = _described(move, annotation)
        examined = Examined(path, move, self._mould(move, source))
        if (record := self.shelf.find(move, self.profile)) is None:
            return examined
        examined = examined.made(record)
        body = kept(self.shelf.store, examined.move, self.sight)
        return examined if body is None else examined.seen(body)

    def _mould(self, move: Move, source: str) -> Mould:
        return Mould(source, self.profile, move.frames, tuple(move.keyframes))

    def _measured_before(self, source: str, annotation: Annotation) -> Move | None:
        """The move as the library has it, if measuring again could tell nothing else."""
        old = self.known.get(annotation.clip_id)
        if old is None or (old.source_sha256, old.profile) != (source, self.profile.id):
            return None
        if old.video_path != self.shelf.key(old.clip_id, self._mould(old, source)) or not _cut_on_beats(old):
            return None  # the catalogue was edited: what was measured is no longer known
        measured = old.beats_source == "measured" and old.analyser == self.analyser
        return old if measured and annotation.beats is None else None

    def _measure(self, path: Path, source: str, annotation: Annotation, stop: threading.Event | None) -> Move:
        facts = probe(path)
        profile = self.profile
        frames = max(1, frame_at(facts.seconds, profile.rate))
        grid = FrameGrid(profile.rate, frames)
        beats = beats_of(path, grid, annotation, self.find_beats, sound=facts.sound)
        if beats.source == "measured":
            beats = in_step(path, grid, beats, stop=stop)
        keyframes = keyframes_of(beats.frames, frames, rate=profile.rate, tempo=beats.tempo)
        mould = Mould(source, profile, frames, keyframes)
        return self._drafted(annotation, mould, beats)

    def _drafted(self, annotation: Annotation, mould: Mould, beats: ClipBeats) -> Move:
        return Move(
            clip_id=annotation.clip_id,
            library=self.shelf.library,
            name="",
            label=annotation.move_label,
            difficulty=annotation.difficulty,
            energy_level=annotation.energy_level,
            style="playful",
            video_path=self.shelf.key(annotation.clip_id, mould),
            sha256="",
            source_sha256=mould.source_sha256,
            profile=mould.profile.id,
            frame_rate=str(mould.profile.rate),
            frames=mould.frames,
            width=mould.profile.width,
            height=mould.profile.height,
            tempo=beats.tempo,
            beats=list(beats.frames),
            keyframes=list(mould.keyframes),
            count_one=beats.count_one,
            confidence=beats.confidence,
            beats_source=beats.source,
            analyser=self.analyser if beats.source == "measured" else None,
            moved=beats.moved,
        )


def doubts(move: Move, annotation: Annotation, record: ClipRecord) -> tuple[str, ...]:
    """What is worth a look although it is no fault."""
    found = []
    said = annotation.annotated_tempo
    if said and abs(move.tempo / said - 1) > _TEMPO_DOUBT:
        found.append(f"{move.clip_id}: {move.tempo:.1f} BPM measured, {said:g} annotated")
    if move.moved:
        late = f"{abs(move.moved):.1f} of a beat {'after' if move.moved > 0 else 'before'}"
        found.append(f"{move.clip_id}: its dancers step {late} the beats of its sound; their steps count")
    if not move.windows:
        found.append(f"{move.clip_id}: no whole 8-count lies inside it, so it will hardly be used")
    if not move.poses:
        found.append(f"{move.clip_id}: nobody is seen to move in it")
    if record.damaged:
        found.append(f"{move.clip_id}: {record.damaged} damaged pictures of its file were repaired; replace it")
    if record.held:
        found.append(f"{move.clip_id}: its file ends {record.held} frames early; the last picture is held")
    return tuple(found)


def _cut_on_beats(move: Move) -> bool:
    """Whether all its beats are keyframes, as in every move that was measured."""
    return {0, *move.beats} <= set(move.keyframes)


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
