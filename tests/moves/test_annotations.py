"""Reading what people say of their clips: forgiving in form, strict in meaning, all faults at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bachata.errors import InvalidRequest
from bachata.moves.annotations import read


def clip(**said: Any) -> dict[str, Any]:
    base = {
        "clip_id": "basic__a", "video_path": "clips/basic/a.mp4", "move_label": "basic", "difficulty": "beginner",
        "energy_level": "medium",
    }  # fmt: skip
    return {**base, **said}


def written(tmp_path: Path, *clips: Any, **document: Any) -> Path:
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps({"schema": "bachata.annotations.1", "clips": list(clips), **document}))
    return path


def test_a_plain_clip(tmp_path: Path) -> None:
    good, problems = read(written(tmp_path, clip(style="romantic", annotated_tempo=129)))
    assert not problems
    assert good[0][0] == "$.clips[0]"
    assert (good[0][1].clip_id, good[0][1].style, good[0][1].annotated_tempo) == ("basic__a", "romantic", 129)


def test_form_is_forgiven(tmp_path: Path) -> None:
    said = clip(difficulty=" HIGH ", energy_level="Low", style="SENSUAL", annotated_tempo="129", notes="x", mood=3)
    good, problems = read(written(tmp_path, said))
    assert not problems
    assert (good[0][1].difficulty, good[0][1].energy_level, good[0][1].style) == ("advanced", "low", "sensual")
    assert good[0][1].annotated_tempo == 129.0


def test_a_bare_list_and_a_byte_order_mark_will_do(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([clip()]).encode())
    good, problems = read(path)
    assert len(good) == 1
    assert not problems


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        ({"difficulty": "expert"}, ".difficulty", "'beginner', 'intermediate' or 'advanced'"),
        ({"energy_level": "wild"}, ".energy_level", "'low', 'medium' or 'high'"),
        ({"style": "jazz"}, ".style", "'romantic', 'sensual', 'energetic' or 'playful'"),
        ({"difficulty": None}, ".difficulty", "'beginner', 'intermediate' or 'advanced'"),
        ({"video_path": "../secret.mp4"}, ".video_path", "leaves the store"),
        ({"video_path": "/etc/passwd"}, ".video_path", "is absolute"),
        ({"clip_id": "a b"}, ".clip_id", "use letters"),
        ({"clip_id": "../x"}, ".clip_id", "use letters"),
        ({"annotated_tempo": -3}, ".annotated_tempo", "greater than 0"),
        ({"annotated_tempo": True}, ".annotated_tempo", "must be a number"),
        ({"beats": [1.0, 0.5], "count_one": 0}, ".beats", "rise strictly"),
        ({"beats": [0.5, float("inf")], "count_one": 0}, ".beats[1]", "finite"),
        ({"beats": [0.5, 1.0]}, ".count_one", "is required with beats"),
        ({"count_one": 3}, ".count_one", "give both or neither"),
        ({"beats": [0.5, 1.0], "count_one": 2}, ".count_one", "is 2, but there are 2 beats"),
        ({"move_label": ""}, ".move_label", "at least 1 character"),
    ],
)
def test_meaning_is_not(tmp_path: Path, said: dict[str, Any], place: str, words: str) -> None:
    _, problems = read(written(tmp_path, clip(), clip(**{"clip_id": "other", **said})))
    assert [p.path for p in problems] == [f"$.clips[1]{place}"]
    assert words in problems[0].message


def test_everything_is_reported_at_once(tmp_path: Path) -> None:
    broken = {"clip_id": "basic__a", "energy_level": "wild"}
    good, problems = read(written(tmp_path, clip(), broken, clip(), 7))
    assert len(good) == 2
    assert {p.path for p in problems} == {
        "$.clips[1].clip_id", "$.clips[1].energy_level", "$.clips[1].difficulty", "$.clips[1].move_label",
        "$.clips[1].video_path", "$.clips[2].clip_id", "$.clips[3]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "no list of clips"),
        ('{"clips": []}', "no list of clips"),
        ('{"moves": []}', "no list of clips"),
        ('{"schema": "other.2", "clips": [{}]}', "'other.2'"),
        ("3", "no list of clips"),
    ],
)
def test_other_documents_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(text)
    with pytest.raises(InvalidRequest, match=words):
        read(path)


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"annotations nowhere\.json cannot be read") as caught:
        read(tmp_path / "nowhere.json")
    assert str(tmp_path) not in caught.value.message
