"""What encoded pieces are kept for: a killed task goes on, several tasks share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.assembly import job
from benchmarks.assembly.collected import Collected, Killed, Setting
from benchmarks.assembly.compare import CROSSFADES, document
from benchmarks.assembly.material import SONG, link_tree, unconformed
from benchmarks.assembly.montage import Clip, blueprint, montage

ONE = "ours, unconformed, one task, one piece at once"
SHARDS = 4
SHARDED = f"ours, unconformed, {SHARDS} shards, one piece at once each"
USUAL = "ours, unconformed, one task as configured"
KILL_AT = 0.8
"""Share of the frames to encode that are stored when the job is killed."""


@dataclass(frozen=True)
class Large:
    """A store of clips nobody conformed."""

    store: Path
    clips: tuple[Clip, ...]


_TRIES = 10


def large_input(setting: Setting) -> Large:
    """The clips of the measured video as a camera would have stored them."""
    scale, store = setting.scale, setting.folder / "unconformed"
    cuts = montage(setting.material.clips, scale.large_moves, scale)
    used = list(dict.fromkeys(cut.clip for cut in cuts))
    return Large(store, unconformed(setting.material, used, scale, setting.peers.ffmpeg, store))


def killed(setting: Setting, found: Collected) -> None:
    """One round of the video with crossfades, killed and run again by the same store."""
    plan = document(setting, setting.scale.moves, crossfades=True, song=SONG)
    frames = int(found.results[CROSSFADES]["frames_encoded"])
    for _ in range(_TRIES):
        with setting.scratch() as scratch:
            store = setting.material.copy(scratch / "store")
            ended = job.render_and_kill(store, plan, frames=round(KILL_AT * frames))
            if ended is None:
                continue
            cost, stored = ended
            made = job.render(store, plan, attempt=1)
            found.hashes[CROSSFADES].append(made.sha256)
            found.killed.append(Killed(frames, stored, made.encoded, cost.cpu_s + made.cost.cpu_s))
            return
    raise RuntimeError(f"the job was done before it could be killed, {_TRIES} times")


def shards(setting: Setting, large: Large, found: Collected) -> None:
    """One round of input that must be encoded whole: one task, then several side by side.

    A task that works on two pieces at once fills two cores by itself; what sharing gains shows with one each.
    """
    cuts = montage(large.clips, setting.scale.large_moves, setting.scale)
    plan = blueprint(cuts, song=SONG, scale=setting.scale, crossfades=True, task=job.TASK, user=job.USER)
    for name, tasks, at_once in ((ONE, 1, 1), (SHARDED, SHARDS, 1), (USUAL, 1, None)):
        with setting.scratch() as scratch:
            made = job.render(link_tree(large.store, scratch / "store"), plan, tasks=tasks, at_once=at_once)
            found.ours(name, made, cuts[-1].end)
