"""Any file FFmpeg reads, as one stream of mono samples, measured for loudness on the way.

Memory does not grow with the song: samples leave in blocks of at most a second and nothing of them is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from numpy.typing import NDArray

from bachata.errors import AudioUnreadable
from bachata.music.document import Loudness

RATE: Final = 22_050
"""Samples a second of what this module yields: the güira's 5–10 kHz still fit below Nyquist."""

MAX_SECONDS: Final = 3_600
"""Longer sounds are refused: no dance lasts an hour, and the features of one would fill a small instance's memory."""

_MAX_BAD_PACKETS: Final = 500
_SILENT_LUFS: Final = -69.0  # ebur128 answers -70 when its absolute gate let nothing through

Samples = NDArray[np.float32]


class Sound:
    """One sound file, to be read once from start to end.

    Iterate `blocks()`; afterwards `samples`, `loudness`, `start` and `notes` are known. `name` is what errors call the
    file: never a path of the server. Without `meter` the loudness stays unknown, which takes half the time.
    """

    def __init__(self, path: Path, *, name: str | None = None, meter: bool = True) -> None:
        self.path, self.meter = path, meter
        self.name = name or path.name
        self.samples = 0
        self.start = 0.0
        """Seconds from the picture's first frame to the first sample; 0 without a picture."""
        self.loudness = Loudness(integrated_lufs=None, true_peak_dbtp=None)
        self.notes: list[str] = []
        self._bad_packets = 0

    @property
    def duration(self) -> float:
        """Seconds read so far."""
        return self.samples / RATE

    def blocks(self, progress: Callable[[float], None] | None = None) -> Iterator[Samples]:
        """Mono float32 blocks at `RATE`, full scale = 1; `progress` hears the fraction read, 0 to 1.

        Raises AudioUnreadable for what is missing, is no media, holds no sound or no decodable sound, or is too long.
        """
        try:
            with av.open(str(self.path)) as container:
                yield from self._read(container, progress)
        except (av.error.FFmpegError, ValueError) as error:
            raise self._unreadable(error) from error
        if self.samples == 0:
            raise AudioUnreadable(f"{self.name} holds no sound that can be decoded.{self._damage()}")
        if self._bad_packets:
            self.notes.append(f"{self._bad_packets} damaged packets were skipped")

    def _read(self, container: InputContainer, progress: Callable[[float], None] | None) -> Iterator[Samples]:
        if not container.streams.audio:
            held = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
            raise AudioUnreadable(f"{self.name} holds no sound (found: {held}); give a song or a video with sound.")
        stream = container.streams.audio[0]
        expected = _seconds(container, stream)
        self._check_length(expected or 0.0)
        graph: Graph | None = None
        for frame in self._frames(container, stream):
            if graph is None:
                graph = _listening_graph(frame, meter=self.meter)
                first = _shape(frame)
                self.start = _lead(container, frame)
            if _shape(frame) == first:
                graph.push(frame)
            else:
                # A damaged stream can turn mono, or change its rate, in the middle.
                self._bad_packets += 1
                frame.pts = None
                for fitted in av.AudioResampler(*first).resample(frame):
                    graph.push(fitted)
            yield from self._pull(graph)
            self._check_length(self.duration)
            if progress and expected:
                progress(min(1.0, self.duration / expected))
        if graph is not None:
            graph.push(None)
            yield from self._pull(graph)
        if expected and self.duration < 0.98 * expected - 1.0:
            self.notes.append(f"the file promises {expected:.0f} s and ends after {self.duration:.0f} s")

    def _frames(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        """Decoded frames; a damaged packet is skipped, as players do, until there are too many of them."""
        try:
            for packet in container.demux(stream):
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    self._bad_packets += 1
                    if self._bad_packets > _MAX_BAD_PACKETS:
                        raise
        except (av.error.InvalidDataError, av.error.EOFError):
            # The demuxer lost its way: keep what was heard, if that was anything.
            if self.samples == 0:
                raise
            self._bad_packets += 1

    def _pull(self, graph: Graph) -> Iterator[Samples]:
        while True:
            try:
                frame = cast(AudioFrame, graph.pull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._note_loudness(frame.metadata)
            block = np.nan_to_num(frame.to_ndarray().reshape(-1), posinf=0.0, neginf=0.0).astype(np.float32)
            self.samples += block.size
            yield block

    def _note_loudness(self, measured: dict[str, str]) -> None:
        if "lavfi.r128.I" not in measured:
            return
        integrated = float(measured["lavfi.r128.I"])
        peak = float(measured.get("lavfi.r128.true_peak", "0"))
        audible = math.isfinite(integrated) and integrated > _SILENT_LUFS
        self.loudness = Loudness(
            integrated_lufs=round(integrated, 2) if audible else None,
            true_peak_dbtp=round(20 * math.log10(peak), 2) if math.isfinite(peak) and peak > 0 else None,
        )

    def _check_length(self, seconds: float) -> None:
        if seconds > MAX_SECONDS:
            raise AudioUnreadable(f"{self.name} is longer than {MAX_SECONDS // 60} minutes; cut the song out of it.")

    def _damage(self) -> str:
        return f" {self._bad_packets} damaged packets were found." if self._bad_packets else ""

    def _unreadable(self, error: Exception) -> AudioUnreadable:
        # FFmpeg's errors carry their words in strerror; their str() would name the server's path.
        words = str(getattr(error, "strerror", None) or error).replace(str(self.path), self.name)
        return AudioUnreadable(
            f"{self.name} cannot be decoded: {words}. Try converting it to WAV, FLAC, M4A or MP3.",
            details=f"{type(error).__name__}: {words}",
        )


def _listening_graph(first: AudioFrame, *, meter: bool) -> Graph:
    """abuffer -> ebur128 (EBU R128 with true peak, as frame metadata), if metered -> mono float at RATE."""
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=first.sample_rate,
        format=first.format.name,
        layout=first.layout.name,
        time_base=first.time_base,
    )
    last = source
    if meter:
        # Made before the conversion: formats are settled in the order filters are made, and a meter that comes later is
        # fed the mono mix.
        last = graph.add("ebur128", "metadata=1:peak=true")
        source.link_to(last)
    convert = graph.add("aformat", f"sample_fmts=flt:sample_rates={RATE}:channel_layouts=mono")
    sink = graph.add("abuffersink")
    last.link_to(convert)
    convert.link_to(sink)
    graph.configure()
    return graph


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _seconds(container: InputContainer, stream: AudioStream) -> float | None:
    """What the container says of its length; None when it does not know."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _lead(container: InputContainer, first: AudioFrame) -> float:
    """Seconds from the first picture to the first sample; cover images have no clock and do not count."""
    pictures = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not pictures or first.pts is None or first.time_base is None:
        return 0.0
    picture = pictures[0]
    begins = float((picture.start_time or 0) * picture.time_base) if picture.time_base else 0.0
    return float(first.pts * first.time_base) - begins
