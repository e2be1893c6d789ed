"""The playback check tells a video that plays from one that does not, in a real browser where there is one."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bachata.assembly import render
from bachata.assembly.result import Result
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.kinds import conformed
from tests.assembly.truth import blueprint, move
from tools import playback
from tools.playback import SKIPPED, Cut, Server, cuts_of, faults, find_browser, play

BROWSER = find_browser()
in_a_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path")
SIZE = (640, 360)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Four moves, cut and crossfaded, copied and encoded."""
    root = tmp_path_factory.mktemp("playback")
    conformed(root / "clips/a.mp4", range(100, 160), SIZE, every=15)
    truth.numbered_clip(root / "clips/b.mp4", 60, size=SIZE, first=1000)
    truth.write_wav(root / "songs/song.wav", truth.clicks(4.0, [0.5, 1.5]))
    kinds = ("cut", "cut", "crossfade", "fade_black")
    moves = [
        move(f"clips/{'ab'[n % 2]}.mp4", n * 0.5, 0.5, trim_start=0.5, transition_type=kind, transition_duration=0.2)
        for n, kind in enumerate(kinds)
    ]
    video = root / "video.mp4"
    document = blueprint(moves, output_config={"resolution": "640x360"})
    return video, render(document, store=DirectoryStore(root), output=video)


@in_a_browser
def test_a_video_of_ours_plays_to_its_end_and_shows_every_cut(made: tuple[Path, Result]) -> None:
    video, result = made
    cuts = cuts_of(video, result.cut_frames)
    assert [cut.frame for cut in cuts] == result.cut_frames == [0, 15, 30, 45]
    assert BROWSER
    found, presented = play(video, cuts, BROWSER)
    assert found == []
    assert 0 < presented <= result.frames


@in_a_browser
def test_another_picture_than_the_files_is_noticed(made: tuple[Path, Result]) -> None:
    video, result = made
    cuts = cuts_of(video, result.cut_frames)
    swapped = [cuts[0], replace(cuts[1], thumbnail=cuts[0].thumbnail), *cuts[2:]]
    assert BROWSER
    (said,), _ = play(video, swapped, BROWSER)
    assert said.startswith("frame 15 at 0.500 s: another picture is shown")


@in_a_browser
def test_a_video_that_breaks_off_is_noticed(made: tuple[Path, Result], tmp_path: Path) -> None:
    video, result = made
    data = video.read_bytes()
    short = tmp_path / "short.mp4"
    short.write_bytes(data[: len(data) // 2])
    assert BROWSER
    found, _ = play(short, cuts_of(video, result.cut_frames), BROWSER)
    # which of the two it does is a matter of its release: it takes what came for all there is, or waits for the rest
    said = re.compile(r"no picture was shown after [01]\.\d+ s of 2\.0|it did not play to its end: stopped at [01]\.")
    assert any(said.match(fault) for fault in found), found


def flat(frame: int, value: int) -> Cut:
    return Cut(frame, frame / 30, np.full((18, 32), value, dtype=np.uint8))


def shown(time: float, value: int) -> dict[str, Any]:
    return {"time": time, "luma": [value] * 18 * 32}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"ended": True, "played": 0.967, "shown": [shown(0.0, 50), shown(0.5, 200)]}, []),
        ({"ended": True, "played": 0.967, "shown": [shown(0.0, 55), shown(0.5, 195)]}, []),
        ({"ended": True, "played": 0.4, "shown": [shown(0.0, 50), shown(0.5, 200)]}, ["after 0.400 s of 1.000 s"]),
        ({"ended": False, "at": 0.25, "shown": [shown(0.0, 50), shown(0.5, 200)]}, ["stopped at 0.250 s"]),
        (
            {"ended": True, "played": 0.967, "shown": [shown(0.0, 50), shown(0.467, 200)]},
            ["the frame of 0.467 s is shown"],
        ),
        (
            {"ended": True, "played": 0.967, "shown": [shown(0.0, 50), shown(0.5, 50)]},
            ["another picture is shown (differs by 150)"],
        ),
        ({"ended": True, "played": 0.967, "shown": [shown(0.0, 50)]}, ["1 of 2 cuts could be sought"]),
        (
            {"ended": True, "played": 0.967, "error": "DECODE", "shown": []},
            ["the browser reports: DECODE", "0 of 2 cuts"],
        ),
    ],
)
def test_what_the_browser_reports_is_held_against_the_file(told: dict[str, Any], said: list[str]) -> None:
    found = faults(told, [flat(0, 50), flat(15, 200)], 1.0)
    assert len(found) == len(said)
    assert all(words in line for words, line in zip(said, found, strict=True))


def test_a_video_is_served_in_ranges(tmp_path: Path) -> None:
    (tmp_path / "v").write_bytes(bytes(range(100)))

    with Server({"/video": (tmp_path / "v", "video/mp4")}, {}) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            for asked, status, body in (
                (None, 200, bytes(range(100))),
                ("bytes=0-", 206, bytes(range(100))),
                ("bytes=10-19", 206, bytes(range(10, 20))),
                ("bytes=90-200", 206, bytes(range(90, 100))),
            ):
                connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
                connection.request("GET", "/video", headers={"Range": asked} if asked else {})
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (status, body)
                connection.close()
        finally:
            server.shutdown()


def test_without_a_browser_it_says_so_and_counts_as_skipped(made: tuple[Path, Result]) -> None:
    command = [sys.executable, "-m", "tools.playback", str(made[0]), "--browser", "/no/such/browser"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=Path(playback.__file__).parents[1])
    assert told.returncode == SKIPPED
    assert told.stdout == "Skipped: there is no browser (/no/such/browser). Give one with --browser.\n"
