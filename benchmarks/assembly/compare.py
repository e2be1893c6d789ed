"""The same moves by us and by others."""

from __future__ import annotations

import shutil

from benchmarks.assembly import job
from benchmarks.assembly.collected import Collected, Setting
from benchmarks.assembly.material import LONG_SONG, SONG
from benchmarks.assembly.montage import blueprint, montage

OLD = "old pipeline, hard cuts"
GRAPH = "one filter graph, crossfades"
MOVIEPY = "MoviePy, crossfades"
CUTS = "ours, cuts"
CROSSFADES = "ours, crossfades"
FIRST = "ours, cuts, a song's first video"
PLANNED = "ours, as planned for the song"
CONFORM = "library add, once for all videos"


def once(setting: Setting, found: Collected) -> None:
    """What is not repeated: the library, the first video of each song, MoviePy on a few moves."""
    found.cost(CONFORM, setting.material.conform)
    store = setting.material.store
    _first_videos(setting, found)
    for rest in ("output", "cache/pieces", "blueprints"):  # the songs' encoded tracks stay, as they do in production
        shutil.rmtree(store / rest, ignore_errors=True)
    few = montage(setting.material.clips, setting.scale.moviepy_moves, setting.scale)
    with setting.scratch() as scratch:
        target = scratch / "moviepy.mp4"
        cost = setting.peers.moviepy(few, store / SONG, setting.scale, target)
        found.video(MOVIEPY, cost, target, few[-1].end)


def others(setting: Setting, found: Collected) -> None:
    """One round of the old pipeline and the filter graph."""
    cuts = montage(setting.material.clips, setting.scale.moves, setting.scale)
    song = setting.material.store / SONG
    with setting.scratch() as scratch:
        target = scratch / "video.mp4"
        cost = setting.peers.old_pipeline(cuts, song, setting.scale, scratch, target)
        found.video(OLD, cost, target, cuts[-1].end)
        cost = setting.peers.filter_graph(cuts, song, setting.scale, target)
        found.video(GRAPH, cost, target, cuts[-1].end)


def ours(setting: Setting, found: Collected) -> None:
    """One round of our own: with cuts, with crossfades, and what the planner makes of the song."""
    for name, crossfades in ((CUTS, False), (CROSSFADES, True)):
        _render(setting, found, name, setting.scale.moves, crossfades=crossfades, song=SONG)
    with setting.scratch() as scratch:
        made = job.render(setting.material.copy(scratch / "store"), setting.material.plan)
        found.ours(PLANNED, made, int(made.result["frames"]))


def growth(setting: Setting, found: Collected) -> None:
    """One round of longer and longer videos."""
    for crossfades in (True, False):
        for count in setting.scale.growth:
            _render(setting, found, grown(count, crossfades), count, crossfades=crossfades, song=LONG_SONG)


def grown(count: int, crossfades: bool) -> str:
    """The name under which a video of so many moves is collected."""
    return f"ours, {count} moves, {'crossfades' if crossfades else 'cuts'}"


def document(setting: Setting, moves: int, *, crossfades: bool, song: str) -> dict[str, object]:
    """The blueprint of a measured video."""
    cuts = montage(setting.material.clips, moves, setting.scale)
    return blueprint(cuts, song=song, scale=setting.scale, crossfades=crossfades, task=job.TASK, user=job.USER)


def _render(setting: Setting, found: Collected, name: str, moves: int, *, crossfades: bool, song: str) -> None:
    with setting.scratch() as scratch:
        store = setting.material.copy(scratch / "store")
        made = job.render(store, document(setting, moves, crossfades=crossfades, song=song))
        end = montage(setting.material.clips, moves, setting.scale)[-1].end
        found.ours(name, made, end)


def _first_videos(setting: Setting, found: Collected) -> None:
    """A first video of each song, made in the store itself, so that all others find the song encoded."""
    scale, store = setting.scale, setting.material.store
    made = job.render(store, document(setting, scale.moves, crossfades=False, song=SONG))
    found.ours(FIRST, made, montage(setting.material.clips, scale.moves, scale)[-1].end)
    job.render(store, document(setting, scale.growth[-1], crossfades=False, song=LONG_SONG))
    job.render(store, setting.material.plan)
