"""Play a video in a real browser: to its end, then seek to every cut and look at the frame that is shown.

    python -m tools.playback video.mp4 [--result video.result.json] [--browser PATH] [--speed 4]

Needs a Chromium (any build that plays H.264); nothing else in the project does. Without one it says so and exits with
77, which means skipped. The video is served on 127.0.0.1 and goes nowhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

SKIPPED: Final = 77
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell")
PATIENCE: Final = 60.0
"""Seconds a browser may take beyond the video's own length."""
STALL: Final = 5.0
"""Seconds without progress after which the page gives up."""
GRID: Final = (32, 18)
"""Pixels of the thumbnail by which a shown frame is compared with the file's."""
_UNLIKE: Final = 16.0
"""Mean difference of two thumbnails, of 255, above which they show different pictures: scalers differ by up to 8."""
_ON_TIME: Final = 0.001
_NEAR_END: Final = 0.5
"""Seconds before its end at which the last picture is seen at the latest, on a machine too busy to show them all."""

_PAGE: Final = Path(__file__).with_name("playback.html")


@dataclass(frozen=True)
class Cut:
    """The first frame of a move: its number, its time in seconds, what the file shows there."""

    frame: int
    time: float
    thumbnail: np.ndarray[Any, np.dtype[np.uint8]]


def play(video: Path, cuts: Sequence[Cut], browser: str, *, speed: float = 1.0) -> tuple[list[str], int]:
    """What went wrong, in words, nothing when the video plays and seeks as it should; and how many frames were shown.

    Raises RuntimeError when the browser does not get as far as answering.
    """
    told = answer(video, cuts, browser, speed=speed)
    return faults(told, cuts, _length(video), speed), int(told.get("presented", 0))


def answer(video: Path, cuts: Sequence[Cut], browser: str, *, speed: float) -> dict[str, Any]:
    """What the page in the browser reports."""
    order = {
        "speed": speed,
        "grid": GRID,
        "cuts": [cut.time for cut in cuts],
        "half": _half_frame(video),
        "stall": STALL,
    }
    files = {"/": (_PAGE, "text/html"), "/video": (video, "video/mp4")}
    patience = _length(video) / speed + PATIENCE
    with (
        Server(files, {"/order": json.dumps(order).encode()}) as server,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            _browse(browser, f"http://127.0.0.1:{server.server_port}/", profile, server.told, patience)
        finally:
            server.shutdown()
    if server.report is None:
        raise RuntimeError("the browser did not report in time; run it by hand to see why")
    told: dict[str, Any] = json.loads(server.report)
    return told


def faults(told: dict[str, Any], cuts: Sequence[Cut], length: float, speed: float = 1.0) -> list[str]:
    """Hold what the browser reported against the file, which is `length` seconds long."""
    found = []
    if told.get("error"):
        found.append(f"the browser reports: {told['error']}")
    if not told.get("ended"):
        found.append(f"it did not play to its end: stopped at {told.get('at', 0):.3f} s")
    elif (
        told["played"] < length - _NEAR_END * speed
    ):  # to a browser, a file that breaks off has ended, at its full time
        found.append(f"no picture was shown after {told['played']:.3f} s of {length:.3f} s")
    shown = told.get("shown", [])
    if len(shown) != len(cuts):
        found.append(f"{len(shown)} of {len(cuts)} cuts could be sought")
    for cut, frame in zip(cuts, shown, strict=False):
        if abs(frame["time"] - cut.time) > _ON_TIME:
            found.append(f"frame {cut.frame} at {cut.time:.3f} s: the frame of {frame['time']:.3f} s is shown")
        unlike = float(np.abs(np.array(frame["luma"], dtype=float) - cut.thumbnail.ravel()).mean())
        if unlike > _UNLIKE:
            found.append(f"frame {cut.frame} at {cut.time:.3f} s: another picture is shown (differs by {unlike:.0f})")
    return found


def cuts_of(video: Path, frames: Sequence[int]) -> list[Cut]:
    """The given frames of a file, by their number in order of presentation."""
    wanted, found = set(frames), []
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                assert frame.pts is not None
                assert frame.time_base is not None
                small = frame.reformat(*GRID, format="gray", dst_color_range=2, interpolation="AREA")
                found.append(Cut(number, float(frame.pts * frame.time_base), small.to_ndarray()))
    return found


def find_browser(named: str | None = None) -> str | None:
    """The browser to use: the one named, else the first known one on the path."""
    return next((path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))), None)


def _browse(browser: str, url: str, profile: str, done: threading.Event, patience: float) -> None:
    command = [
        browser, "--headless", "--mute-audio", "--no-first-run", "--autoplay-policy=no-user-gesture-required",
        f"--user-data-dir={profile}", "--disable-gpu", "--disable-dev-shm-usage", url,
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses root; the only page it opens is ours
    # A session of its own: the browser's many children outlive it, and would go on decoding.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        done.wait(patience)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it would keep lies in a profile that is thrown away
        process.wait()


class Server(ThreadingHTTPServer):
    """Serves files (path and type by address) and texts, and takes one report."""

    def __init__(self, files: dict[str, tuple[Path, str]], texts: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.texts = texts
        self.report: bytes | None = None
        self.told = threading.Event()
        """Set when the report has come."""


class _Handler(BaseHTTPRequestHandler):
    """Answers with ranges, without which nothing can be sought."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        if self.path in self.server.texts:
            self._send(200, self.server.texts[self.path], "application/json")
        elif self.path in self.server.files:
            path, kind = self.server.files[self.path]
            self._send_file(path.read_bytes(), kind)
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        self.server.report = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(204, b"", "text/plain")
        self.server.told.set()

    def _send_file(self, data: bytes, kind: str) -> None:
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        if not asked:
            self._send(200, data, kind)
            return
        first, _, last = asked.partition("-")
        begin, end = int(first), min(int(last) if last else len(data) - 1, len(data) - 1)
        self._send(206, data[begin : end + 1], kind, f"bytes {begin}-{end}/{len(data)}")

    def _send(self, status: int, body: bytes, kind: str, part: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # a browser stops reading what it no longer needs

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def _length(video: Path) -> float:
    with av.open(str(video)) as container:
        return float(Fraction(container.duration or 0, av.time_base))


def _half_frame(video: Path) -> float:
    with av.open(str(video)) as container:
        return float(1 / Fraction(container.streams.video[0].average_rate or 30)) / 2


def main() -> int:
    """Parse the arguments, play, print."""
    parser = argparse.ArgumentParser(description="Play a video in a browser and seek to its cuts")
    parser.add_argument("video", type=Path)
    parser.add_argument("--result", type=Path, help="Result document with the cuts; default: beside the video")
    parser.add_argument("--browser", help=f"its path; default: the first on the path of {', '.join(BROWSERS)}")
    parser.add_argument("--speed", type=float, default=1.0, help="playback rate, 1 to 16")
    arguments = parser.parse_args()
    browser = find_browser(arguments.browser)
    if browser is None:
        print(f"Skipped: there is no browser ({arguments.browser or ', '.join(BROWSERS)}). Give one with --browser.")
        return SKIPPED
    result = arguments.result or arguments.video.with_suffix(".result.json")
    frames = json.loads(result.read_text(encoding="utf-8"))["cut_frames"] if result.is_file() else [0]
    cuts = cuts_of(arguments.video, frames)
    found, presented = play(arguments.video, cuts, browser, speed=arguments.speed)
    well = f"Played to its end, {presented} frames presented; {len(cuts)} cuts sought, each showed its first frame."
    print("\n".join(found) or well)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
