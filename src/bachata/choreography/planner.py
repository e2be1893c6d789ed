"""A song, a library and a brief become a Blueprint: the same inputs, the same bytes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bachata.blueprint import SCHEMA, Blueprint, OutputConfig, parse
from bachata.choreography.brief import Brief
from bachata.choreography.cut import Cut, join, written
from bachata.choreography.directed import heeded
from bachata.choreography.director import Direction, Director, Scene
from bachata.choreography.echoes import echoes
from bachata.choreography.explain import reason, relaxations, suggestions, summary
from bachata.choreography.grid import COUNTS, Grid, grid, tempi
from bachata.choreography.ladder import EASIER_MOVES
from bachata.choreography.phase import PhaseError, phase_error
from bachata.choreography.pool import gather
from bachata.choreography.query import Queries
from bachata.choreography.retrieval import Candidates, Retrieval
from bachata.choreography.sequence import sequence
from bachata.choreography.slots import slots
from bachata.choreography.transitions import transitions
from bachata.errors import NoMoves
from bachata.logs import get_logger
from bachata.moves.catalogue import Move
from bachata.moves.embedding import TextEmbedder
from bachata.moves.index import MoveIndex
from bachata.moves.lexical import LEXICAL
from bachata.music.document import Analysis
from bachata.timeline import frame_rate, seconds_at

OUTPUT_DEFAULTS: dict[str, Any] = {
    "output_format": "mp4",
    "video_codec": "libx264",
    "audio_codec": "aac",
    "audio_bitrate": "128k",
    "frame_rate": 30,
    "resolution": "1280x720",
    "retime": "timestamps",
    "transition_duration": 0.5,
    "fade_duration": 0.3,
    "add_audio_overlay": True,
    "normalize_audio": True,
}
"""720p30; a conformed library's own size and rate take the place of these. No quality is named: it is the profile's,
and naming another means that nothing can be copied."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Plan:
    """A blueprint with what is to be told about it. `blueprint_json` is its canonical form; `moves` those it shows."""

    blueprint: Blueprint
    blueprint_json: str
    explanations: tuple[str, ...]
    relaxed: tuple[str, ...]
    suggestions: tuple[str, ...]
    summary: str
    phase: PhaseError
    moves: tuple[Move, ...]


def plan(
    analysis: Analysis,
    moves: Sequence[Move],
    brief: Brief,
    *,
    task_id: str,
    user_id: str,
    song_key: str,
    index: MoveIndex,
    text: TextEmbedder = LEXICAL,
    director: Director | None = None,
    title: str | None = None,
    output: Mapping[str, Any] | None = None,
    library: str | None = None,
    budget: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """Choose, order and cut moves for a whole song or the wished part of it.

    `moves` in the order of `index`, whose text parts `text` has made; of more than a few thousand only those near to
    the request are looked at. `title` is the song's, for the director; `output` overrides fields of the blueprint's
    output_config. `budget`: seconds the search for an order may take; it trades repeatability for time (`sequence`).

    Raises NoMoves if the library cannot serve the request even relaxed, InvalidRequest if the song has no beats,
    InvalidBlueprint if `output`, `song_key` or the ids break the blueprint's rules.
    """
    if not moves:
        where = f" {library!r}" if library else ""
        raise NoMoves(f"The move library{where} is empty: run `bachata library add DIR --annotations FILE` first")
    rate = _output(output, task_id, user_id)["frame_rate"]
    places = slots(analysis, grid(analysis, frame_rate(rate)), seconds=brief.duration.value)
    queries = Queries(brief, analysis, text)
    pool = gather(moves, index, brief, analysis.tempo, places, queries=queries)
    config = _output(output, task_id, user_id, pool.moves)
    song = grid(analysis, frame_rate(config["frame_rate"]))
    danced = tempi(analysis, 0.0, float(places[-1].end / frame_rate(rate)))
    retrieval = Retrieval(pool.moves, pool.index, brief, analysis.tempo, queries, tempi=danced)
    scenes = _scenes(analysis, song, retrieval, brief)
    directions = _directions(director, brief, scenes, pool.moves, analysis, title=title)
    chosen = sequence(scenes, pool.moves, brief, directions, budget=budget, clock=clock)
    cuts = heeded(_cuts(scenes, chosen, pool.moves, song, brief), directions)
    document = {
        "schema": SCHEMA,
        "task_id": task_id,
        "audio_path": song_key,
        "audio_tempo": analysis.tempo,
        "audio_start": 0.0,
        **_loudness(analysis),
        "moves": written(cuts, song.rate),
        "total_duration": _total(cuts[-1].slot.end, song),
        "difficulty_level": brief.difficulty.value,
        "generation_parameters": _parameters(brief, user_id, library),
        "output_config": config,
    }
    blueprint = parse(document, task_id=task_id, user_id=user_id)
    told = relaxations(scenes, cuts, brief)
    shown = tuple({c.move.clip_id: c.move for c in cuts}.values())
    return Plan(
        blueprint=blueprint,
        blueprint_json=blueprint.to_json(),
        explanations=tuple(c.reason for c in cuts),
        relaxed=told,
        suggestions=suggestions(scenes, cuts, brief, pool.columns, tempo=analysis.tempo, seconds=blueprint.seconds),
        summary=summary(blueprint, brief, told),
        phase=phase_error(blueprint, analysis, shown),
        moves=shown,
    )


def _output(output: Mapping[str, Any] | None, task_id: str, user_id: str, moves: Sequence[Move] = ()) -> dict[str, Any]:
    given = dict(output or {})
    path = f"output/user_{user_id}/choreography_{task_id}.{given.get('output_format', 'mp4')}"
    config = {"output_path": path, **OUTPUT_DEFAULTS, **_conformed(moves), **given}
    # A wrong value must come back with the name of its field, before anything is computed with it.
    stand_in = {"clip_id": "any", "video_path": "moves/any", "start_time": 0.0, "duration": 1.0}
    checked = {"task_id": task_id, "audio_path": "songs/any", "moves": [stand_in], "output_config": config}
    rate: OutputConfig = parse(checked, task_id=task_id).output_config
    return {**config, "frame_rate": rate.frame_rate}


def _conformed(moves: Sequence[Move]) -> dict[str, Any]:
    """Size and rate of the clips, if all conform to one profile: then they can be copied into the video."""
    if not moves or moves[0].profile is None or len({m.profile for m in moves}) > 1:
        return {}
    first = moves[0]
    rate = first.rate
    return {
        "frame_rate": rate.numerator if rate.denominator == 1 else first.frame_rate,
        "resolution": f"{first.width}x{first.height}",
    }


def _scenes(analysis: Analysis, song: Grid, retrieval: Retrieval, brief: Brief) -> list[Candidates]:
    """The candidates of all places, in the division of the song that bends fewer wishes; places of 16 counts ask more
    of the clips than places of 8."""
    divisions: list[list[Candidates]] = []
    refused: NoMoves | None = None
    for long in (True, False):
        places = slots(analysis, song, seconds=brief.duration.value, long=long)
        try:
            divisions.append([retrieval.candidates(place, song) for place in places])
        except NoMoves as error:
            refused = error
            continue
        if not any(scene.rung > EASIER_MOVES for scene in divisions[-1]):
            break
    if not divisions:
        assert refused is not None
        raise refused
    return min(divisions, key=lambda scenes: sum(max(0, s.rung - EASIER_MOVES) * s.slot.frames for s in scenes))


def _directions(
    director: Director | None,
    brief: Brief,
    scenes: Sequence[Candidates],
    moves: Sequence[Move],
    analysis: Analysis,
    *,
    title: str | None,
) -> Sequence[Direction]:
    if director is None:
        return ()
    grooves = [section.groove for section in analysis.sections] or [None]
    seen = [Scene(s.slot, tuple(moves[m] for m in s.moves), grooves[s.slot.section]) for s in scenes]
    return director.direct(brief, seen, title=title)


def _cuts(
    scenes: Sequence[Candidates], chosen: Sequence[int], moves: Sequence[Move], song: Grid, brief: Brief
) -> list[Cut]:
    cuts: list[Cut] = []
    twins = echoes([scene.slot for scene in scenes])
    for scene, window, twin in zip(scenes, chosen, twins, strict=True):
        source = int(scene.fits.source[window])
        starts_on_one = scene.slot.role != "lead-in" and scene.slot.count % COUNTS == 0
        cut = Cut(
            move=moves[int(scene.fits.move[window])],
            slot=scene.slot,
            source=source,
            shown=int(scene.fits.source_end[window]) - source,
            count_one=song.beat_index(scene.slot.count) if starts_on_one else None,
        )
        why = reason(
            cut,
            brief,
            energy=float(scene.fits.energy[window]),
            speed=float(scene.fits.speed[window]),
            before=cuts[-1] if cuts else None,
            echo=twin is not None and cuts[twin].move.clip_id == cut.move.clip_id,
        )
        cuts.append(replace(cut, reason=why))
    return join(cuts, song, transitions(cuts, brief), OUTPUT_DEFAULTS["fade_duration"])


def _loudness(analysis: Analysis) -> dict[str, Any]:
    """What the render needs not measure again; nothing for a song too quiet or short to be measured."""
    found = analysis.loudness
    if found.integrated_lufs is None or found.true_peak_dbtp is None:
        return {}
    return {"audio_loudness": {"integrated_lufs": found.integrated_lufs, "true_peak_dbtp": found.true_peak_dbtp}}


def _total(end: int, song: Grid) -> float:
    """The last frame's end, rounded down: the video never outlasts the song by a rounding."""
    return math.floor(seconds_at(end, song.rate) * 10**6) / 10**6


def _parameters(brief: Brief, user_id: str, library: str | None) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "library": library,
        "energy_level": brief.energy.value,
        "style": brief.style.value,
        "seed": brief.seed.value,
        "duration": brief.duration.value,
        "original_query": brief.query,
        **({"wanted": list(brief.wanted)} if brief.wanted else {}),
        **({"unwanted": list(brief.unwanted)} if brief.unwanted else {}),
    }
