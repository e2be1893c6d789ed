"""The chances of one video, drawn before it starts: the same video is the same in every scenario.

Scenarios are then compared on common random numbers: what differs between two runs is their numbers, not their luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.scale.inputs import Inputs
from benchmarks.scale.spread import draw


@dataclass(frozen=True)
class Draws:
    """Seconds, and which kind of request it is."""

    known_song: bool
    chooses_song: bool
    directed: bool
    delivery_s: float
    open_s: float
    choose_s: float
    analyze_s: float
    plan_s: float
    gemini_s: float
    job_start_s: float
    job_work_s: float
    close_s: float
    connect_s: float

    @classmethod
    def of(cls, inputs: Inputs, seed: int, index: int) -> Draws:
        """Of the video with this number."""
        chance = Random(f"{seed}/{index}")
        known = chance.random() < inputs.load.known_songs.value
        chooses = chance.random() < inputs.load.songs_to_choose.value
        directed = chance.random() < inputs.load.directed_by_gemini.value
        functions, job = inputs.functions, inputs.job
        known_s, new_s = draw(functions.known_song_s, chance), draw(functions.analyze.work_s, chance)
        work_s, song_s = draw(job.work_s, chance), draw(job.new_song_s, chance)
        moved_s = (job.fetched_mb.value + job.stored_mb.value) / job.mb_per_s.value
        return cls(
            known_song=known,
            chooses_song=chooses,
            directed=directed,
            delivery_s=draw(inputs.workflow.delivery_s, chance),
            open_s=draw(functions.finalize.work_s, chance),
            choose_s=draw(functions.plan.work_s, chance),
            analyze_s=known_s if known else new_s,
            plan_s=draw(functions.plan.work_s, chance),
            gemini_s=draw(inputs.gemini.answer_s, chance),
            job_start_s=draw(job.start_s, chance),
            job_work_s=work_s + (0.0 if known else song_s) + moved_s,
            close_s=draw(functions.finalize.work_s, chance),
            connect_s=draw(inputs.sql.connect_s, chance),
        )
