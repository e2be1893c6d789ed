"""The blueprint's promises: properties 1 to 3 of the project, all faults at once, the old job's documents."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bachata.blueprint import Blueprint, json_schema, parse, path_fault, storage_candidates, storage_key
from bachata.errors import InvalidBlueprint
from tests.core.blueprints import JSON, blueprints

OLD = sorted((Path(__file__).parents[1] / "fixtures" / "old_blueprints").glob("*.json"))
SCHEMA = jsonschema.Draft202012Validator(json_schema())


def valid() -> dict:
    return {
        "schema": "bachata.blueprint.1",
        "task_id": "t1",
        "audio_path": "songs/amor.mp3",
        "moves": [
            {"clip_id": "a", "video_path": "moves/a.mp4", "start_time": 0, "duration": 4.0},
            {"clip_id": "b", "video_path": "moves/b.mp4", "start_time": 4.0, "duration": 4},
        ],
        "generation_parameters": {"user_id": "ana"},
        "output_config": {"output_path": "output/user_ana/choreography_t1.mp4"},
    }


def faults(document, **run) -> dict[str, str]:
    """Path to message of every problem; {} when the document is accepted."""
    try:
        parse(document, **run)
    except InvalidBlueprint as error:
        return {problem.path: problem.message for problem in error.problems}
    return {}


def put(document, place, value):
    """A copy with `value` at a place such as ("moves", 0, "speed")."""
    changed = copy.deepcopy(document)
    node = changed
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    return changed


class TestProperties:
    @settings(max_examples=200)
    @given(document=blueprints())
    def test_1_any_valid_blueprint_survives_json(self, document):
        first = parse(document)
        again = parse(first.to_json())
        assert again == first
        assert again.to_json() == first.to_json()
        assert (again.task_id, again.audio_path) == (document["task_id"], document["audio_path"])
        assert (again.moves, again.output_config) == (first.moves, first.output_config)
        # nothing lost, unknown keys included, and nothing invented
        assert json.loads(first.to_json()) == document

    @settings(max_examples=200)
    @given(document=blueprints(), data=st.data())
    def test_2_any_missing_required_field_is_named(self, document, data):
        places = [("task_id",), ("audio_path",), ("moves",), ("output_config",), ("output_config", "output_path")]
        index = data.draw(st.integers(0, len(document["moves"]) - 1))
        places += [("moves", index, name) for name in ("clip_id", "video_path", "start_time", "duration")]
        place = data.draw(st.sampled_from(places))
        node = document
        for part in place[:-1]:
            node = node[part]
        del node[place[-1]]
        where = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        assert faults(document)[where] == "is required"

    @settings(max_examples=300)
    @given(document=blueprints(), data=st.data())
    def test_3_any_path_that_leaves_the_store_is_refused(self, document, data):
        index = data.draw(st.integers(0, len(document["moves"]) - 1))
        place = data.draw(
            st.sampled_from([("audio_path",), ("moves", index, "video_path"), ("output_config", "output_path")])
        )
        inside = data.draw(st.lists(st.sampled_from(["a", "b.mp4", "output", "data"]), max_size=3))
        before = data.draw(st.integers(0, len(inside)))
        evil = data.draw(
            st.sampled_from(
                [
                    "/".join([*inside[:before], "..", *inside[before:]]),
                    "/" + "/".join(inside),
                    "//" + "/".join(inside),
                    "\\".join(["a", *inside, ".."]),
                    "C:\\" + "\\".join(inside),
                    "~/" + "/".join(inside),
                    "file:///" + "/".join(inside),
                    "http://host/" + "/".join(inside),
                    "concat:" + "|".join(["a", *inside]),
                    "a\x00" + "/".join(inside),
                    "",
                    "  ",
                ]
            )
        )
        where = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        message = faults(put(document, place, evil))[where]
        assert message.startswith("the path ")

    @settings(max_examples=200)
    @given(document=blueprints())
    def test_the_published_schema_accepts_what_parse_accepts(self, document):
        parse(document)
        assert [e.message for e in SCHEMA.iter_errors(document)] == []

    @settings(max_examples=300)
    @given(document=blueprints(), data=st.data())
    def test_one_wrong_value_anywhere_is_refused_at_its_place_or_harmless(self, document, data):
        """No value makes `parse` fail in any way but its own, and what it accepts it can write."""
        places = list(_places(document))
        place = data.draw(st.sampled_from(places))
        strange = JSON | st.sampled_from(
            [float("nan"), float("inf"), 10**400, -(10**400), 5e-324, "\ud800", "1e999999999"]
        )
        changed = put(document, place, data.draw(strange))
        try:
            accepted = parse(changed)
        except InvalidBlueprint as error:
            assert all(problem.path.startswith("$") and problem.message for problem in error.problems)
        else:
            assert parse(accepted.to_json().encode()) == accepted

    @given(document=JSON)
    def test_any_json_is_answered(self, document):
        assert faults(json.dumps(document))

    @given(text=st.text() | st.binary())
    def test_any_text_is_answered(self, text):
        assert faults(text)


def _places(node, above=()):
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*above, key)
        yield from _places(value, (*above, key))


class TestOldDocuments:
    @pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
    def test_they_are_accepted_as_they_are(self, path):
        document = json.loads(path.read_text())
        blueprint = parse(path.read_bytes())
        assert blueprint.task_id == document["task_id"]
        assert len(blueprint.moves) == len(document["moves"])
        assert blueprint.seconds == document["total_duration"]
        assert json.loads(blueprint.to_json()) == document
        SCHEMA.validate(document)

    def test_there_are_three(self):
        assert [path.stem for path in OLD] == ["gcs", "simple", "transitions"]

    def test_their_keys_are_found_with_and_without_the_old_prefix(self):
        assert storage_candidates("data/songs/a.mp3") == ("data/songs/a.mp3", "songs/a.mp3")
        assert storage_candidates("songs/a.mp3") == ("songs/a.mp3",)
        assert storage_key("media/x/y.mp4") == "x/y.mp4"

    def test_defaults_are_the_old_jobs(self):
        config = parse(OLD[0].read_bytes()).output_config
        assert (config.video_codec, config.audio_codec, config.audio_bitrate) == ("libx264", "aac", "128k")
        assert (config.rate, config.size, config.transition_duration, config.fade_duration) == (
            30,
            (1280, 720),
            0.5,
            0.3,
        )
        assert config.add_audio_overlay
        assert config.normalize_audio


class TestAllFaultsAtOnce:
    def test_ten_faults_are_ten_problems(self):
        document = {
            "task_id": " ",
            "audio_path": "../song.mp3",
            "audio_tempo": -5,
            "difficulty_level": "expert",
            "moves": [
                {"clip_id": "", "video_path": "/a.mp4", "start_time": -1, "duration": 0, "transition_type": "wipe"},
                {"clip_id": "b", "start_time": 1, "duration": 1},
            ],
            "output_config": {"output_path": "elsewhere/x.mp4", "video_codec": "h264; rm"},
        }
        found = faults(document)
        assert set(found) == {
            "$.task_id",
            "$.audio_path",
            "$.audio_tempo",
            "$.difficulty_level",
            "$.moves[0].clip_id",
            "$.moves[0].video_path",
            "$.moves[0].start_time",
            "$.moves[0].duration",
            "$.moves[0].transition_type",
            "$.moves[1].video_path",
            "$.output_config.output_path",
            "$.output_config.video_codec",
        }
        with pytest.raises(InvalidBlueprint, match="has 12 problems"):
            parse(document)

    @pytest.mark.parametrize(
        ("place", "value", "words"),
        [
            (("task_id",), "a/b", "letters, digits"),
            (("task_id",), "t1\n", "letters, digits"),
            (("moves",), [], "at least 1"),
            (("moves",), "x", "list"),
            (("moves", 0, "duration"), True, "number"),
            (("moves", 0, "duration"), "4", "number"),
            (("moves", 0, "duration"), float("nan"), "finite"),
            pytest.param(("moves", 0, "duration"), 10**400, "number", id="a number beyond every float"),
            (("moves", 0, "speed"), 0.1, "0.25"),
            (("moves", 0, "volume_adjustment"), 1.5, "1"),
            (("moves", 1, "start_time"), 3.0, "overlaps the move before by 1.000 s"),
            (("moves", 0, "unknown"), float("inf"), "finite"),
            (("generation_parameters", "seed"), float("nan"), "finite"),
            (("generation_parameters", "note"), "\ud800", "Unicode"),
            (("output_config", "frame_rate"), 0, "frame rate"),
            (("output_config", "frame_rate"), 500, "between 1 and 240"),
            (("output_config", "frame_rate"), True, "number"),
            (("output_config", "frame_rate"), "1e999999999", "frame rate"),
            (("output_config", "video_bitrate"), "2M\n", "bitrate"),
            (("output_config", "video_bitrate"), "-1", "bitrate"),
            (("output_config", "resolution"), "1281x720", "even"),
            (("output_config", "resolution"), "1280x720\n", "1280x720"),
            (("output_config", "video_codec"), "copy", "one of libx264"),
            (("output_config", "output_format"), "exe", "mp4"),
            (("output_config", "add_audio_overlay"), 1, "bool"),
            (("output_config", "output_path"), "output/user_eve/x.mp4", "output/user_ana/"),
            (("output_config", "output_path"), "songs/x.mp4", "under output/"),
            (("total_duration",), 7.0, "last move ends at 8 s"),
            (("schema",), "bachata.blueprint.9", "bachata.blueprint.1"),
        ],
    )
    def test_each_rule_has_its_place_and_words(self, place, value, words):
        where = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        found = faults(put(valid(), place, value))
        assert list(found) == [where]
        assert words in found[where]

    def test_quality_and_bitrate_exclude_each_other(self):
        document = put(put(valid(), ("output_config", "crf"), 23), ("output_config", "video_bitrate"), "2M")
        assert "not both" in faults(document)["$.output_config.crf"]

    def test_trims_must_leave_something(self):
        move = {"original_duration": 5.0, "trim_start": 3.0, "trim_end": 2.0}
        document = valid()
        document["moves"][0] |= move
        assert "leave nothing" in faults(document)["$.moves[0].trim_start"]

    def test_an_overlap_below_half_a_frame_is_rounding(self):
        assert faults(put(valid(), ("moves", 1, "start_time"), 4.0 - 1 / 61)) == {}
        assert faults(put(valid(), ("moves", 1, "start_time"), 4.0 - 1 / 59))

    @pytest.mark.parametrize("source", ["", "{", "[]", "null", "[" * 100_000, b"\xff", '"text"'])
    def test_what_is_no_document_is_said(self, source):
        assert list(faults(source)) == ["$"]


class TestTheRun:
    def test_the_document_must_be_of_the_task(self):
        assert faults(valid(), task_id="t1") == {}
        assert "this run renders task 't2'" in faults(valid(), task_id="t2")["$.task_id"]

    def test_and_of_the_user(self):
        assert faults(valid(), user_id="ana") == {}
        assert "output/user_eve/" in faults(valid(), user_id="eve")["$.output_config.output_path"]

    def test_an_old_document_may_write_anywhere_under_output(self):
        document = valid()
        del document["schema"]
        assert faults(put(document, ("output_config", "output_path"), "output/x.mp4")) == {}


class TestPathFault:
    @given(path=st.text(max_size=30))
    def test_what_passes_stays_below_the_root(self, path):
        assume(path_fault(path) is None)
        root = Path("/store")
        assert (root / path).resolve().is_relative_to(root)
        assert (root / path).resolve() != root
        assert "\x00" not in path

    @pytest.mark.parametrize("path", ["a", "a/b.mp4", "año/ñ 💃.mp4", "a..b/c", "...", "a b", "a:b/c"[2:], "x/-y"])
    def test_decent_paths_pass(self, path):
        assert path_fault(path) is None


def test_the_schema_is_valid_and_names_itself():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$id"] == "bachata.blueprint.1"
    assert list(SCHEMA.iter_errors({"task_id": "t"}))


def test_a_blueprint_cannot_be_changed():
    with pytest.raises(Exception, match="frozen"):
        parse(valid()).task_id = "other"
    assert isinstance(parse(valid()), Blueprint)
