"""What is made anew when something changes, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bachata.moves import ingest
from bachata.moves.body.descriptor import VERSION as SIGHT
from bachata.moves.embedding import Part
from bachata.moves.instep import found_by
from bachata.moves.lexical import LEXICAL, text_of
from bachata.tasks.tables import move_embeddings
from tests.choreography.worlds import make_part
from tests.moves.clips import write_clip
from tests.moves.desk import Desk, Ears, clip


def test_embeddings_come_back_as_they_went_in(desk: Desk) -> None:
    desk.add(clip("one"))
    row = desk.repository.load()[0]
    assert row.embedding.text == Part(LEXICAL.embed([text_of(row.move)])[0], "lexical-2")
    assert row.embedding.audio == Part(make_part("audio", 1).vector, "ear/1")
    assert row.embedding.body is not None
    assert row.embedding.body.version == SIGHT


def test_an_edited_move_alone_is_embedded_anew_and_not_heard_again(desk: Desk) -> None:
    desk.add(clip("one"), clip("two"))
    c = move_embeddings.c
    stamps = sa.select(c.move_id, c.updated_at)
    with desk.engine.connect() as connection:
        before = dict(map(tuple, connection.execute(stamps)))
    fingerprint = desk.repository.fingerprint()
    report = desk.add(clip("one"), clip("two", difficulty="advanced"))
    assert (report.updated, report.unchanged) == (("two",), ("one",))
    assert sorted(desk.ears.asked) == ["one.mp4", "two.mp4"]
    with desk.engine.connect() as connection:
        after = dict(map(tuple, connection.execute(stamps)))
    assert after["one"] == before["one"]
    assert after["two"] > before["two"]
    assert desk.repository.fingerprint() != fingerprint


class TestOneEditedMove:
    """Editing one move embeds one part of one move: nothing is decoded, heard or seen again."""

    @pytest.fixture
    def edited(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
        desk.add(clip("one"), clip("two"), clip("three"))
        desk.made.forget()
        desk.ears.asked.clear()

        def decoded(*_: Any, **__: Any) -> Any:
            raise AssertionError("a clip was decoded")

        for reader in ("bachata.moves.examine.probe", "bachata.moves.conforming.conform"):
            monkeypatch.setattr(reader, decoded)
        return desk

    def test_its_label_is_one_text(self, edited: Desk) -> None:
        before = {e.move.clip_id: e.embedding for e in edited.repository.load()}
        report = edited.add(clip("one"), clip("two", move_label="spin"), clip("three"))
        assert (report.updated, report.conformed) == (("two",), ())
        after = {e.move.clip_id: e for e in edited.repository.load()}
        assert edited.made.texts == [text_of(after["two"].move)]
        assert (edited.made.sounds, edited.ears.asked) == ([], [])
        assert after["two"].embedding.text != before["two"].text
        assert after["two"].embedding.audio == before["two"].audio
        assert {i: after[i].embedding for i in ("one", "three")} == {i: before[i] for i in ("one", "three")}

    def test_its_level_is_not_even_that(self, edited: Desk) -> None:
        assert edited.add(clip("one"), clip("two", difficulty="advanced"), clip("three")).updated == ("two",)
        assert (edited.made.texts, edited.made.sounds, edited.ears.asked) == ([], [], [])


class TestOtherVersions:
    def test_another_text_embedder_embeds_all_moves_anew_though_one_is_added(self, desk: Desk) -> None:
        desk.add(clip("one"), clip("two"))
        desk.made.forget()
        desk.made.version = "other-1"
        assert desk.add(clip("one")).updated == ("one",)
        assert len(desk.made.texts) == 2
        assert {e.embedding.text.version for e in desk.repository.load() if e.embedding.text} == {"other-1"}
        assert desk.made.sounds == []

    def test_another_ear_hears_again_and_encodes_nothing(self, desk: Desk) -> None:
        desk.add(clip("one"))
        desk.made.forget()
        desk.made.ear = "ear/2"
        report = desk.add(clip("one"))
        assert (report.updated, report.conformed) == (("one",), ())
        assert (desk.made.texts, desk.made.sounds) == ([], ["one.mp4"])

    def test_a_replaced_clip_is_heard_again(self, desk: Desk) -> None:
        desk.add(clip("one"))
        desk.made.forget()
        write_clip(desk.directory / "one.mp4", frames=310, beats=[0.25], shade=90)
        desk.add(clip("one"))
        assert (desk.made.texts, desk.made.sounds) == ([], ["one.mp4"])

    def test_without_an_ear_what_was_heard_stays(self, desk: Desk) -> None:
        desk.add(clip("one"))
        before = desk.repository.load()
        ingest.add(
            desk.directory, desk.annotate(clip("one")), library="demo", store=desk.store, engine=desk.engine,
            clip_beats=desk.ears, analyser="ears/1", profile="360p",
        )  # fmt: skip
        assert desk.repository.load() == before


def test_a_clip_with_nothing_to_be_heard_has_no_audio_part(desk: Desk) -> None:
    write_clip(desk.directory / "hushed.mp4", frames=300, beats=[0.25])
    assert desk.add(clip("one"), clip("hushed")).added == ("one", "hushed")
    assert [e.embedding.audio is None for e in desk.repository.load()] == [True, False]


def test_a_replaced_clip_gets_a_key_of_its_own(desk: Desk) -> None:
    desk.add(clip("one"))
    old = desk.repository.load()[0].move
    write_clip(desk.directory / "one.mp4", frames=310, beats=[0.25], shade=90)
    assert desk.add(clip("one")).updated == ("one",)
    new = desk.repository.load()[0].move
    assert new.frames == 310
    assert new.video_path != old.video_path
    assert desk.store.info(old.video_path) is not None  # blueprints made before still find it


def test_annotated_beats_spare_the_ears_and_taking_them_back_asks_again(desk: Desk) -> None:
    said = {"beats": [0.5 * i for i in range(1, 19)], "count_one": 0}
    desk.add(clip("one", **said))
    move = desk.repository.load()[0].move
    assert (move.beats[0], move.beats_source, move.confidence, desk.ears.asked) == (15, "annotated", 1.0, [])
    assert desk.add(clip("one", **said)).unchanged == ("one",)
    desk.add(clip("one"))
    assert desk.repository.load()[0].move.beats_source == "measured"
    assert desk.ears.asked == ["one.mp4"]


class TestAnotherAnalyser:
    def test_clips_are_heard_again_and_encoded_again_where_beats_moved(self, desk: Desk) -> None:
        desk.add(clip("one"))
        newer = replace(desk, ears=Ears(first=0.4), analyser="ears/2")
        report = newer.add(clip("one"))
        assert (report.updated, report.conformed, newer.ears.asked) == (("one",), ("one",), ["one.mp4"])
        move = desk.repository.load()[0].move
        assert (move.beats[:2], move.analyser) == ([12, 27], found_by("ears/2"))
        assert newer.add(clip("one")).unchanged == ("one",)
        assert newer.ears.asked == ["one.mp4"]

    def test_what_it_hears_alike_is_not_encoded_again(self, desk: Desk) -> None:
        desk.add(clip("one"))
        report = replace(desk, analyser="ears/2").add(clip("one"))
        assert (report.updated, report.conformed) == (("one",), ())
        assert desk.repository.load()[0].move.analyser == found_by("ears/2")

    def test_a_move_that_names_none_is_heard_again(self, desk: Desk) -> None:
        desk.add(clip("one"))
        (row,) = desk.repository.load()
        desk.repository.save([replace(row, move=row.move.model_copy(update={"analyser": None}))])
        assert desk.add(clip("one")).updated == ("one",)
        assert len(desk.ears.asked) == 2

    def test_annotated_beats_are_nobodys(self, desk: Desk) -> None:
        said = {"beats": [0.5 * i for i in range(1, 19)], "count_one": 0}
        desk.add(clip("one", **said))
        assert desk.repository.load()[0].move.analyser is None
        assert replace(desk, analyser="ears/2").add(clip("one", **said)).unchanged == ("one",)
