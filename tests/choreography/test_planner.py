"""Plans as a whole: rules under odd libraries, the director's limits, what is told."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.director import Direction, Scene
from bachata.choreography.planner import Plan, plan
from bachata.errors import InvalidBlueprint, InvalidRequest, NoMoves
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from tests.choreography.worlds import make_index, make_library, make_move, make_song

SONG = make_song()


def planned(moves: list[Move], song: Analysis = SONG, brief: Brief | None = None, **options: object) -> Plan:
    wanted = brief or understand({"difficulty": "intermediate"})
    arguments = {"task_id": "t-1", "user_id": "ana", "song_key": "songs/x.wav", **options}
    return plan(song, moves, wanted, index=make_index(moves), **arguments)  # type: ignore[arg-type]


def labels(made: Plan, moves: list[Move]) -> list[str]:
    known = {m.clip_id: m.label for m in moves}
    return [known[m.clip_id] for m in made.blueprint.moves]


class TestDocument:
    def test_the_blueprint_says_what_it_was_made_from(self) -> None:
        brief = understand({"seed": 4}, "romantic beginner bachata, about a minute")
        blueprint = planned(make_library(), brief=brief, library="demo").blueprint
        assert blueprint.schema_ == "bachata.blueprint.1"
        assert blueprint.audio_path == "songs/x.wav"
        assert blueprint.difficulty_level == "beginner"
        assert blueprint.generation_timestamp is None
        assert blueprint.generation_parameters == {
            "user_id": "ana", "library": "demo", "energy_level": "medium", "style": "romantic", "seed": 4,
            "duration": 60.0, "original_query": "romantic beginner bachata, about a minute",
        }  # fmt: skip
        assert blueprint.output_config.output_path == "output/user_ana/choreography_t-1.mp4"
        assert all(m.section and m.reason for m in blueprint.moves)

    def test_output_fields_can_be_overridden(self) -> None:
        config = planned(make_library(), output={"resolution": "640x360", "frame_rate": "30000/1001"})
        assert config.blueprint.output_config.size == (640, 360)
        assert config.blueprint.output_config.rate.denominator == 1001

    def test_a_bitrate_takes_the_place_of_crf(self) -> None:
        config = planned(make_library(), output={"video_bitrate": "2M"}).blueprint.output_config
        assert (config.video_bitrate, config.crf) == ("2M", None)

    def test_wrong_output_is_refused_with_its_place(self) -> None:
        with pytest.raises(InvalidBlueprint) as caught:
            planned(make_library(), output={"frame_rate": "fast", "video_codec": "flv", "output_path": "../x.mp4"})
        places = {p.path for p in caught.value.problems}
        assert places == {"$.output_config.frame_rate", "$.output_config.video_codec", "$.output_config.output_path"}

    def test_another_users_folder_is_refused(self) -> None:
        with pytest.raises(InvalidBlueprint, match="output_path"):
            planned(make_library(), output={"output_path": "output/user_bob/x.mp4"})

    def test_a_four_minute_song_fits_the_environment_variable(self) -> None:
        made = planned(make_library(150), make_song(seconds=240.0))
        assert len(made.blueprint_json.encode()) < 32_000

    def test_seeds_differ_and_repeat(self) -> None:
        moves = make_library(90)
        texts = [planned(moves, brief=understand({"seed": s})).blueprint_json for s in (1, 2, 1)]
        assert texts[0] == texts[2]
        orders = [[m["clip_id"] for m in json.loads(t)["moves"]] for t in texts[:2]]
        assert orders[0] != orders[1]


class TestOddLibraries:
    def test_empty_says_what_to_run(self) -> None:
        with pytest.raises(NoMoves, match="bachata library add DIR --annotations FILE"):
            planned([], library="demo")

    def test_one_clip_fills_a_song(self) -> None:
        made = planned([make_move("only", eights=3)])
        assert {m.clip_id for m in made.blueprint.moves} == {"only"}

    def test_one_clip_that_is_an_intro_fills_a_song_and_is_told(self) -> None:
        made = planned([make_move("only", label="intros", eights=3)])
        assert any("moves made for the start or the end were allowed" in told for told in made.relaxed)

    def test_five_clips_take_turns(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", eights=3) for i in range(5)]
        ids = [m.clip_id for m in planned(moves).blueprint.moves]
        danced = ids[1:] if ids[0] == ids[1] else ids
        assert all(a != b for a, b in itertools.pairwise(danced))
        assert set(danced) == {m.clip_id for m in moves}

    def test_one_difficulty_serves_every_wish_and_is_told(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", difficulty="advanced") for i in range(8)]
        made = planned(moves, brief=understand({"difficulty": "beginner"}))
        assert any("moves of any difficulty were allowed" in told for told in made.relaxed)
        assert "Relaxed" in made.summary

    def test_easier_moves_are_told_only_to_who_asked_for_a_level(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", difficulty="beginner") for i in range(8)]
        asked = planned(moves, brief=understand({"difficulty": "intermediate"}))
        unasked = planned(moves, brief=understand({}))
        assert any("easier moves were allowed" in told for told in asked.relaxed)
        assert unasked.relaxed == ()
        assert [m.clip_id for m in asked.blueprint.moves] == [m.clip_id for m in unasked.blueprint.moves]

    def test_clips_somewhat_too_slow_are_used_and_told(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", tempo=106.0, eights=3) for i in range(8)]
        made = planned(moves)
        assert any("speeds within 25 %" in told for told in made.relaxed)
        assert all(m.speed == pytest.approx(126 / 106, rel=0.02) for m in made.blueprint.moves)

    def test_clips_far_too_slow_say_what_to_add(self) -> None:
        moves = [make_move(f"m{i}", tempo=80.0) for i in range(8)]
        with pytest.raises(NoMoves, match="danced at 126 BPM: add clips of 115 to 140 BPM"):
            planned(moves)

    def test_clips_without_a_whole_eight_count_say_what_to_add(self) -> None:
        short = make_move("short", eights=1, pickup=0, tail=0.0).model_copy(update={"count_one": 4})
        with pytest.raises(NoMoves, match="longer clips"):
            planned([short])

    def test_fast_clips_pass_over_slow_ones(self) -> None:
        slow = [make_move(f"slow{i}", label="bolero", tempo=100.0) for i in range(9)]
        good = [make_move(f"good{i}", label=f"label{i}") for i in range(4)]
        made = planned(sorted(slow + good, key=lambda m: m.clip_id))
        assert all(m.clip_id.startswith("good") for m in made.blueprint.moves)

    def test_no_intro_no_outro(self) -> None:
        moves = [m for m in make_library(60) if m.label not in {"intros", "outro"}]
        made = planned(moves)
        assert not made.relaxed
        assert made.blueprint.moves[0].start_time == 0

    def test_a_beginner_may_open_with_an_intermediate_intro_and_is_told(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", difficulty="beginner") for i in range(9)]
        moves += [make_move("zz_intro", label="intros"), make_move("zz_hard", label="intros", difficulty="advanced")]
        made = planned(moves, brief=understand({"difficulty": "beginner"}))
        assert made.blueprint.moves[0].clip_id == "zz_intro"
        assert any("intros of level intermediate" in told for told in made.relaxed)

    def test_filters_starve_no_place(self) -> None:
        # 1,500 moves nearer to the query than the three that are allowed: filtering after the search would lose them.
        crowd = [make_move(f"a{i:04d}", label="footwork", difficulty="advanced", energy="high") for i in range(1500)]
        few = [make_move(f"z{i}", label=f"label{i}", difficulty="beginner", energy="low") for i in range(3)]
        brief = understand(
            {"difficulty": "beginner", "energy": "high", "style": "energetic"}, "fast footwork, footwork"
        )
        made = planned(crowd + few, brief=brief)
        assert {m.clip_id[0] for m in made.blueprint.moves} == {"z"}
        assert not made.relaxed

    def test_few_fitting_moves_take_turns_and_say_what_would_help(self) -> None:
        few = [make_move(f"m{i}", label=f"label{i}", difficulty="beginner") for i in range(3)]
        plenty = planned(make_library(90))
        assert plenty.suggestions == ()
        many = [make_move(f"n{i}", label=f"label{i}", difficulty="advanced") for i in range(12)]
        made = planned(few + many, brief=understand({"difficulty": "beginner"}))
        assert {m.clip_id for m in made.blueprint.moves} == {"m0", "m1", "m2"}
        assert "Only 3 moves of level beginner fit 126 BPM, so they take turns" in made.suggestions[0]
        assert made.suggestions[1] == "Ask for advanced: 12 moves fit 126 BPM"

    def test_two_levels_above_are_not_danced_while_one_above_is_there(self) -> None:
        moves = [make_move(f"i{i}", label=f"label{i}") for i in range(4)]
        moves += [make_move(f"z{i}", label=f"label{i}", difficulty="advanced") for i in range(9)]
        made = planned(moves, brief=understand({"difficulty": "beginner"}))
        assert {m.clip_id[0] for m in made.blueprint.moves} == {"i"}

    @pytest.mark.parametrize("tempo", [105.0, 147.0])
    def test_all_too_slow_or_too_fast_offers_songs_that_fit(self, tempo: float) -> None:
        made = planned([make_move(f"m{i}", label=f"label{i}", tempo=tempo, eights=3) for i in range(12)])
        assert any("speeds within 25 %" in told for told in made.relaxed)
        low, high = math.ceil(tempo * 0.91), math.floor(tempo * 1.09)
        assert f"Take a song of {low} to {high} BPM: 12 moves of level intermediate fit" in made.suggestions

    def test_one_short_clip_is_enough(self) -> None:
        made = planned([make_move("only", eights=1, pickup=0, tail=0.0)], make_song(seconds=40.0))
        assert {m.clip_id for m in made.blueprint.moves} == {"only"}
        assert "Only 1 move of level intermediate fit" in made.suggestions[0]

    def test_clips_that_never_conformed_are_planned_at_their_own_rates(self) -> None:
        moves = make_library(40)
        assert {m.profile for m in moves} == {None}
        assert len({m.frame_rate for m in moves}) > 2
        assert planned(moves).blueprint.output_config.rate == 30

    def test_some_measured_and_some_not(self) -> None:
        measured = make_library(60, measured=True)
        bare = {"motion": [], "poses": [], "kinetic_beats": []}
        moves = [m.model_copy(update=bare) if i % 2 else m for i, m in enumerate(measured)]
        made = planned(moves)
        assert len({m.clip_id for m in made.blueprint.moves}) > 5

    def test_a_crossfade_without_a_handle_is_a_cut(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", eights=1, pickup=0, tail=0.0) for i in range(12)]
        made = planned(moves, brief=understand({"difficulty": "intermediate"}, "smooth transitions, please"))
        assert "crossfade" not in {m.transition_type for m in made.blueprint.moves}


class TestOddSongs:
    @pytest.mark.parametrize(("seconds", "pieces"), [(10.0, (1, 6)), (600.0, (60, 200))])
    def test_very_short_and_very_long(self, seconds: float, pieces: tuple[int, int]) -> None:
        moves = make_library(60)
        song = make_song(seconds=seconds)
        made = planned(moves, song)
        assert pieces[0] <= len(made.blueprint.moves) <= pieces[1]
        assert made.blueprint.seconds == pytest.approx(seconds, abs=1 / 29)

    def test_without_sections_it_is_danced_as_one_verse(self) -> None:
        made = planned(make_library(60), SONG.model_copy(update={"sections": []}))
        assert {m.section for m in made.blueprint.moves} == {"verse"}

    def test_without_measured_energy_it_is_danced_evenly(self) -> None:
        flat = make_song(seconds=60.0).model_copy(update={"energy": []})
        assert planned(make_library(60), flat).blueprint.moves


class TestWishes:
    def test_wanted_and_ruled_out_is_left_out_and_told(self) -> None:
        moves = make_library(90)
        brief = replace(understand({"difficulty": "intermediate"}), wanted=("spin",), unwanted=("spin",))
        made = planned(moves, brief=brief)
        assert "spin" not in labels(made, moves)
        assert made.suggestions[0] == "spin: both asked for and ruled out, so left out"

    def test_wanted_at_another_level_only_says_at_which(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", difficulty="beginner") for i in range(12)]
        moves += [make_move(f"g{i}", label="golpes", difficulty="advanced") for i in range(3)]
        made = planned(moves, brief=understand({}, "a beginner dance of golpes only"))
        assert made.suggestions == ("golpes: none could be danced here; the library has 3 advanced",)
        assert "golpes" not in labels(made, moves)
        assert made.relaxed == ()

    def test_wanted_and_not_in_the_library_is_told(self) -> None:
        moves = [make_move(f"m{i}", label=f"label{i}", difficulty="beginner") for i in range(12)]
        made = planned(moves, brief=understand({}, "a beginner dance with hammerlocks: hammerlock"))
        assert made.suggestions == ("hammerlock: the library has none; add some with `bachata library add`",)

    def test_every_wanted_move_is_danced(self) -> None:
        moves = make_library(90)
        made = planned(moves, brief=understand({"difficulty": "advanced"}, "golpes, hip rolls and arm styling"))
        assert {"golpes", "hiprolls", "arm_styling"} <= set(labels(made, moves))
        assert made.suggestions == ()

    def test_unwanted_moves_stay_away_and_are_noted_in_the_blueprint(self) -> None:
        moves = make_library(90)
        made = planned(moves, brief=understand({"difficulty": "intermediate"}, "no spins and no golpes, please"))
        assert set(made.blueprint.generation_parameters["unwanted"]) == {"spin", "golpes"}
        assert not {"spin", "golpes"} & set(labels(made, moves))

    def test_wanted_moves_come_more_often(self) -> None:
        moves = make_library(120)
        plain = labels(planned(moves), moves).count("hiprolls")
        wished = labels(planned(moves, brief=understand({"difficulty": "intermediate"}, "lots of hip rolls")), moves)
        assert wished.count("hiprolls") > plain

    def test_style_is_preferred(self) -> None:
        moves = make_library(120)
        styles = {m.clip_id: m.style for m in moves}

        def share(style: str) -> float:
            pieces = planned(moves, brief=understand({"style": style})).blueprint.moves
            return sum(styles[p.clip_id] == "sensual" for p in pieces) / len(pieces)

        assert share("sensual") > share("modern")

    def test_energy_follows_the_music(self) -> None:
        moves = make_library(120)
        level = {m.clip_id: m.energy_level for m in moves}
        pieces = planned(moves, make_song(seconds=200.0)).blueprint.moves
        lively = [level[p.clip_id] for p in pieces if p.section == "bridge"]
        calm = [level[p.clip_id] for p in pieces if p.section == "intro" and p.count_one is not None]
        assert lively.count("high") > len(lively) / 2
        assert calm.count("low") > len(calm) / 2

    def test_transitions_follow_the_music_and_the_wish(self) -> None:
        moves = make_library(90)
        kinds = {
            wish: [m.transition_type for m in planned(moves, brief=understand({}, wish)).blueprint.moves]
            for wish in ("something to dance", "smooth transitions", "sharp, snappy cuts")
        }
        assert set(kinds["sharp, snappy cuts"]) == {"cut"}
        assert kinds["smooth transitions"].count("crossfade") > kinds["something to dance"].count("crossfade") > 0
        assert kinds["something to dance"][0] == "fade_black"

    def test_a_crossfade_lasts_a_count_and_keeps_a_handle(self) -> None:
        pieces = planned(make_library(90), brief=understand({}, "smooth transitions")).blueprint.moves
        for before, piece in itertools.pairwise(pieces):
            if piece.transition_type == "crossfade":
                assert before.original_duration is not None
                if before.trim_end > 2 / 30:  # else a clip's own end is the limit
                    assert piece.transition_duration == pytest.approx(60 / 126, abs=2 / 30)
                assert 60 / 126 / 3 <= piece.transition_duration <= 60 / 126 + 2 / 30
                left = before.original_duration - before.trim_end - before.trim_start - before.duration * before.speed
                handle = piece.transition_duration * before.speed
                assert left >= handle - 1e-4


class _Taste:
    """A director of the tests: answers by a rule, and remembers what it saw."""

    def __init__(self, answer: Sequence[Direction] | None = None, pick: int | None = None) -> None:
        self.answer, self.pick, self.seen = answer, pick, list[Scene]()

    def direct(self, brief: Brief, scenes: Sequence[Scene], *, title: str | None = None) -> Sequence[Direction]:
        self.seen = list(scenes)
        if self.answer is not None:
            return self.answer
        assert self.pick is not None
        return [Direction((s.candidates[self.pick % len(s.candidates)].clip_id,)) for s in scenes]


class TestDirector:
    def test_sees_candidates_of_every_place_and_is_heard(self) -> None:
        moves = make_library(90)
        taste = _Taste(pick=-1)
        plain, directed = planned(moves), planned(moves, director=taste)
        assert len(taste.seen) == len(directed.blueprint.moves)
        agreed = [
            sum(p.clip_id == s.candidates[-1].clip_id for p, s in zip(made.blueprint.moves, taste.seen, strict=True))
            for made in (plain, directed)
        ]
        assert agreed[1] > agreed[0]

    def test_cannot_break_a_rule(self) -> None:
        moves = make_library(90)
        forbidden = [m.clip_id for m in moves if m.difficulty == "advanced"]
        favourite = next(m.clip_id for m in moves if m.difficulty == "intermediate" and m.label == "basic")
        stubborn = [Direction((favourite, *forbidden, "../../etc/passwd"))] * 200
        pieces = planned(moves, director=_Taste(stubborn)).blueprint.moves
        assert not {p.clip_id for p in pieces} & set(forbidden)
        uses = [p.start_time for p in pieces if p.clip_id == favourite]
        assert all(b - a >= 4 * 16 * 60 / 126 for a, b in itertools.pairwise(uses))

    def test_saying_nothing_changes_nothing(self) -> None:
        moves = make_library(40)
        assert planned(moves, director=_Taste([])).blueprint_json == planned(moves).blueprint_json


def test_a_long_silence_before_the_music_is_danced_through() -> None:
    song = make_song(seconds=60.0, first_beat=9.3, count_one=3)
    made = planned(make_library(60), song).blueprint
    first = song.beats[3]
    before = [m for m in made.moves if m.start_time < first - 0.02]
    assert before[0].start_time == 0
    assert all(m.count_one is None for m in before)
    assert all(m.count_one is not None for m in made.moves[len(before) :])
    assert made.moves[len(before)].start_time == pytest.approx(first, abs=1 / 60)


def test_a_budget_gives_a_whole_plan() -> None:
    moves = make_library(40)
    made = planned(moves, budget=1e-9)
    assert made.blueprint.seconds == planned(moves).blueprint.seconds


def test_the_moves_of_a_plan_are_those_it_shows() -> None:
    made = planned(make_library(40))
    assert {m.clip_id for m in made.moves} == {m.clip_id for m in made.blueprint.moves}
    assert len(made.moves) == len({m.clip_id for m in made.moves})


def test_the_index_must_be_of_these_moves() -> None:
    moves = make_library(12)
    with pytest.raises(ValueError, match="other moves"):
        plan(
            SONG, moves[:-1], understand({}), task_id="t", user_id="u", song_key="songs/x.wav", index=make_index(moves)
        )


def test_a_song_without_beats_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="No beat"):
        planned(make_library(12), SONG.model_copy(update={"beats": [], "energy": []}))
