"""Clips come in whole, once, or not at all: real files, a real store, a real PostgreSQL."""

from __future__ import annotations

import errno
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
import sqlalchemy as sa

from bachata.errors import InvalidRequest, OutOfSpace
from bachata.media.clip import index_of
from bachata.media.profile import PROFILES
from bachata.moves import ingest
from bachata.moves.check import check
from bachata.moves.record import ClipRecord
from bachata.moves.repository import MoveRepository
from bachata.moves.shelf import hash_of
from bachata.storage import DirectoryStore
from bachata.tasks.tables import move_embeddings
from tests.choreography.worlds import embed, make_move
from tests.moves.clips import write_clip
from tests.moves.desk import Desk, Ears, clip


def test_what_is_added_is_measured(desk: Desk) -> None:
    report = desk.add(clip("one", name="First step"), clip("two", move_label="spin", style="playful"))
    assert (report.added, report.updated, report.unchanged) == (("one", "two"), (), ())
    first, second = (e.move for e in desk.repository.load())
    assert (first.name, first.style, second.name, second.style) == ("First step", "romantic", "two", "playful")
    assert (first.frame_rate, first.frames, first.width, first.height) == ("30", 300, 640, 360)
    assert (report.profile, first.profile) == ("360p", PROFILES["360p"].id)
    assert report.conformed == ("one", "two")
    assert first.beats[:3] == [8, 23, 38]  # 0.25, 0.75, 1.25 s at 30 fps, halves up
    assert (first.count_one, first.confidence, first.beats_source) == (1, 0.75, "measured")
    assert first.tempo == pytest.approx(120.0)
    assert first.source_sha256 == hash_of(desk.directory / "one.mp4")
    assert first.sha256 == hash_of(desk.path(first.video_path))
    assert first.video_path.startswith("moves/demo/one-")


def test_adding_again_changes_nothing(desk: Desk) -> None:
    desk.add(clip("one"), clip("two"))
    before = desk.repository.fingerprint(), desk.keys(), len(desk.ears.asked)
    report = desk.add(clip("one"), clip("two"))
    assert report.unchanged == ("one", "two")
    assert (desk.repository.fingerprint(), desk.keys(), len(desk.ears.asked)) == before


def test_every_fault_is_reported_and_nothing_is_added(desk: Desk) -> None:
    (desk.directory / "broken.mp4").write_bytes(b"no film" * 50)
    write_clip(desk.directory / "mute.mp4", frames=60, beats=[])
    write_clip(desk.directory / "silent.mp4", frames=60)
    with pytest.raises(InvalidRequest) as caught:
        desk.add(
            clip("one"),
            clip("gone"),
            clip("broken"),
            clip("one", video_path="two.mp4"),
            clip("three", energy_level="wild"),
            clip("mute"),
            clip("silent"),
        )
    message = caught.value.message
    for part in (
        "Nothing was added", "6 faults",
        "$.clips[1].video_path: gone.mp4 is missing",
        "$.clips[2].video_path: 'broken.mp4' cannot be decoded",
        "$.clips[3].clip_id: 'one' is used already by $.clips[0]",
        "$.clips[4].energy_level: input should be 'low', 'medium' or 'high' (is 'wild')",
        "$.clips[5].video_path: mute.mp4 holds no sound",
        "$.clips[6].video_path: silent.mp4 has no sound to find beats in",
    ):  # fmt: skip
        assert part in message
    assert message.index("$.clips[1]") < message.index("$.clips[4]") < message.index("$.clips[6]")
    assert str(desk.directory) not in message
    assert desk.repository.load() == []
    assert list(desk.store.list("moves/")) == []


def test_a_database_that_refuses_adds_nothing_and_wastes_no_work(desk: Desk) -> None:
    desk.add(clip("one"))
    with desk.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE move_embeddings ADD CONSTRAINT no CHECK (move_id <> 'three')"))
    with pytest.raises(sa.exc.DBAPIError):
        desk.add(clip("one"), clip("two"), clip("three"))
    assert [e.move.clip_id for e in desk.repository.load()] == ["one"]
    report = desk.add(clip("one"), clip("two"))
    assert (report.added, report.conformed) == (("two",), ())


def test_libraries_do_not_see_each_other(desk: Desk) -> None:
    desk.add(clip("one"))
    assert MoveRepository(desk.engine, "other").load() == []
    assert MoveRepository(desk.engine, "other").fingerprint() != desk.repository.fingerprint()


def test_progress_counts_up_to_the_end(desk: Desk) -> None:
    told: list[tuple[int, int, str]] = []
    desk.add(clip("one"), clip("two"), clip("three"), progress=lambda *step: told.append(step))
    assert [(done, total) for done, total, _ in told] == [(0, 3)] * 3 + [(1, 3), (2, 3), (3, 3)]
    assert {name for done, _, name in told if done} == {"one", "two", "three"}
    told.clear()
    desk.add(clip("one"), clip("two"), clip("three"), progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == [0, 0, 0, 1, 2, 3]


def test_doubts_are_told(desk: Desk) -> None:
    short = {"beats": [0.5, 1.0, 1.5], "count_one": 0}
    report = desk.add(clip("one", annotated_tempo=135), clip("two", annotated_tempo=121), clip("three", **short))
    assert report.warnings == (
        "one: 120.0 BPM measured, 135 annotated",
        "three: no whole 8-count lies inside it, so it will hardly be used",
    )


@pytest.mark.parametrize("library", ["", "../x", "a/b", "/x"])
def test_a_library_name_is_one_part_of_a_key(desk: Desk, library: str) -> None:
    with pytest.raises(InvalidRequest, match="library name"):
        ingest.add(
            desk.directory, desk.annotate(clip("one")), library=library, store=desk.store, engine=desk.engine,
            clip_beats=desk.ears, analyser="ears/1",
        )  # fmt: skip


def test_a_link_out_of_the_directory_is_refused(desk: Desk, tmp_path: Path) -> None:
    write_clip(tmp_path / "secret.mp4", frames=30)
    (desk.directory / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    with pytest.raises(InvalidRequest, match="leads out of the directory"):
        desk.add(clip("link"))


def test_two_ingests_at_once_end_as_one(desk: Desk) -> None:
    clips = [clip(n) for n in ("one", "two", "three")]
    annotations = desk.annotate(*clips)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            ingest.add(
                desk.directory, annotations, library="demo", store=desk.store, engine=desk.engine, clip_beats=Ears(),
                analyser="ears/1", profile="360p",
            )  # fmt: skip
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [e.move.clip_id for e in desk.repository.load()] == ["one", "three", "two"]
    assert len(desk.keys()) == 3


def test_no_frame_is_encoded_twice(desk: Desk) -> None:
    """Not by adding again, not after the catalogue was lost, not when only what is said changes."""
    first = desk.add(clip("one"), clip("two"))
    before = {key: desk.path(key).stat().st_mtime_ns for key in desk.keys("")}
    assert desk.add(clip("one"), clip("two")).conformed == ()
    assert desk.add(clip("one"), clip("two", name="Other", difficulty="advanced")).conformed == ()
    with desk.engine.begin() as connection:
        connection.execute(sa.delete(move_embeddings))
    again = desk.add(clip("one"), clip("two"))
    assert (again.added, again.conformed) == (("one", "two"), ())
    assert {key: desk.path(key).stat().st_mtime_ns for key in desk.keys("")} == before
    assert first.conformed == ("one", "two")


def test_other_beats_make_another_mezzanine_and_keep_the_old_one(desk: Desk) -> None:
    desk.add(clip("one"))
    old = desk.repository.load()[0].move
    assert desk.add(clip("one", beats=[0.6 * i for i in range(1, 15)], count_one=0)).conformed == ("one",)
    new = desk.repository.load()[0].move
    assert new.video_path != old.video_path
    assert new.source_sha256 == old.source_sha256
    assert desk.store.info(old.video_path) is not None


def test_keyframes_lie_on_the_beats_of_the_mezzanine(desk: Desk) -> None:
    write_clip(desk.directory / "film.mp4", frames=240, rate=Fraction(24000, 1001), beats=[1.0])
    desk.add(clip("one"), clip("film"))
    film, one = (e.move for e in desk.repository.load())
    assert (film.frames, film.beats[:3]) == (300, [8, 23, 38])  # 10.01 s; 0.25, 0.75 s, … on frames of 30 a second
    for move in (film, one):
        assert {0, *move.beats} <= set(move.keyframes)
        assert list(index_of(desk.path(move.video_path), "a").keyframes) == move.keyframes


def test_what_was_measured_lies_beside_the_mezzanine(desk: Desk) -> None:
    desk.add(clip("one"))
    move = desk.repository.load()[0].move
    assert desk.keys("") == sorted([move.video_path, move.thumbnail, move.record, move.body])
    record = ClipRecord.model_validate_json(desk.store.read_bytes(move.record))
    assert (record.profile, record.sha256, record.keyframes) == (move.profile, move.sha256, move.keyframes)
    assert (record.source.width, record.source.height, record.source.seconds) == (64, 48, 10.0)
    assert (record.source.sound, record.source.codec, record.damaged, record.held) == (True, "h264", 0, 0)
    assert desk.store.read_bytes(move.thumbnail).startswith(b"\xff\xd8")
    kinds = [desk.store.info(key).content_type for key in (move.video_path, move.thumbnail, move.record, move.body)]
    assert kinds == ["video/mp4", "image/jpeg", "application/json", "application/json"]


@pytest.mark.parametrize("what", ["video_path", "thumbnail", "record"])
@pytest.mark.parametrize("how", ["gone", "spoilt"])
def test_what_is_missing_or_spoilt_in_storage_is_made_again(desk: Desk, what: str, how: str) -> None:
    desk.add(clip("one"), clip("two"))
    move = desk.repository.load()[0].move
    path = desk.path(getattr(move, what))
    good = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif what != "thumbnail":  # a picture is for people: that it is there is enough
        path.write_bytes(good[:-9] + b"123456789")
    else:
        return
    report = desk.add(clip("one"), clip("two"))
    assert (report.conformed, report.unchanged) == (("one",), ("one", "two"))
    assert path.read_bytes() == good


def test_the_bytes_do_not_depend_on_how_many_are_made_at_once(desk: Desk, tmp_path: Path) -> None:
    clips = [clip(n) for n in ("one", "two", "three")]
    desk.add(*clips, workers=1)
    alone = {key: desk.store.read_bytes(key) for key in desk.keys("")}
    for workers in (2, 3):
        other = replace(desk, store=DirectoryStore(tmp_path / f"store-{workers}"))
        with desk.engine.begin() as connection:
            connection.execute(sa.delete(move_embeddings))
        other.add(*clips, workers=workers)
        assert {key: other.store.read_bytes(key) for key in other.keys("")} == alone


class TestProfiles:
    def test_a_new_library_is_720p30_and_keeps_what_it_has(self, desk: Desk) -> None:
        write_clip(desk.directory / "short.mp4", frames=40, beats=[0.25])
        said = {"beats": [0.25, 0.75, 1.25], "count_one": 0}
        assert desk.add(clip("short", **said), profile=None).profile == "720p30"
        assert desk.add(clip("short", **said), profile="360p").updated == ("short",)  # the only clip: conformed anew
        assert desk.add(clip("short", **said), profile=None).profile == "360p"

    def test_an_unknown_one_is_refused_with_those_there_are(self, desk: Desk) -> None:
        with pytest.raises(InvalidRequest, match="no profile '4k'; use 360p, 720p30, 1080p30"):
            desk.add(clip("one"), profile="4k")

    def test_another_one_is_for_all_clips_or_none(self, desk: Desk) -> None:
        desk.add(clip("one"), clip("two"))
        before = desk.repository.fingerprint(), desk.keys("")
        with pytest.raises(
            InvalidRequest, match=r"would make it 720p30\.\d+: its clips two are 360p\.\d+ and not among"
        ):
            desk.add(clip("one"), clip("three"), profile="720p30")
        assert (desk.repository.fingerprint(), desk.keys("")) == before

    def test_clips_from_before_profiles_are_conformed_when_added_again(self, desk: Desk) -> None:
        old = make_move("one").model_copy(update={"library": "demo"})
        desk.repository.save([embed(old)])
        with pytest.raises(InvalidRequest, match="its clips one are never conformed"):
            desk.add(clip("two"))
        assert desk.add(clip("one"), clip("two")).updated == ("one",)

    def test_whoever_comes_second_cannot_bring_another_profile_in(self, desk: Desk) -> None:
        small, large = make_move("a", profile="360p"), make_move("b", profile="720p30")
        desk.repository.save([embed(small)])
        with pytest.raises(InvalidRequest, match="meanwhile others brought clips of another profile"):
            desk.repository.save([embed(large)])
        assert [e.move.clip_id for e in desk.repository.load()] == ["a"]


def test_a_clip_that_cannot_be_decoded_further_in_is_named_and_nothing_is_added(desk: Desk) -> None:
    path = desk.directory / "two.mp4"
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for position, size in packets[100:]:
        data[position : position + size] = b"\xff" * size
    path.write_bytes(data)
    try:
        report = desk.add(clip("one"), clip("two"))
    except InvalidRequest as error:
        assert "$.clips[1].video_path: 'two.mp4' cannot be decoded" in error.message
        assert desk.repository.load() == []
    else:
        assert any(w.startswith("two: ") and ("repaired" in w or "held" in w) for w in report.warnings)


def test_an_interrupted_ingest_leaves_no_move_and_goes_on(desk: Desk) -> None:
    clips = [clip(n) for n in ("one", "two", "three")]

    def interrupt(done: int, _total: int, _clip_id: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.add(*clips, workers=1, progress=interrupt)
    assert desk.repository.load() == []
    finished = [key for key in desk.keys(".json") if not key.endswith(".body.json")]
    assert 1 <= len(finished) < 3
    report = desk.add(*clips)
    assert (len(report.added), len(report.conformed)) == (3, 3 - len(finished))


def test_a_full_disk_is_told_as_such(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bachata.moves.mezzanine.Writer", full)
    with pytest.raises(OutOfSpace):
        desk.add(clip("one"))
    assert desk.repository.load() == []


def test_one_clip_may_be_two_moves(desk: Desk) -> None:
    report = desk.add(clip("one"), clip("uno", video_path="one.mp4", move_label="spin"), workers=2)
    assert report.conformed == ("one", "uno")
    one, uno = (e.move for e in desk.repository.load())
    assert one.video_path != uno.video_path
    assert one.sha256 == uno.sha256 == hash_of(desk.path(uno.video_path))
    assert check("demo", [one, uno], desk.store).conforms


def test_a_faulty_annotation_is_told_as_such_not_as_a_clip_left_behind(desk: Desk) -> None:
    desk.add(clip("one"), clip("two"))
    with pytest.raises(InvalidRequest) as caught:
        desk.add(clip("one"), clip("two", energy_level="wild"), profile="720p30")
    assert "1 fault: $.clips[1].energy_level" in caught.value.message
