"""The song as AAC, encoded once per song, gain and bitrate, and copied into every video.

It lies in storage as ``cache/audio/<hash>.m4a``, named by everything that decides its bytes, and holds the song from
its first to its last sample. A video takes the packets of its part. What comes before the first sample, the encoder's
priming and the beginning of the first packet, is skipped by the file's edit list, so the song starts on its sample; the
last packet's length is what is left. Only a fade at the end of a video that ends before the song is encoded anew: the
packets it changes, with some before them so that the encoder is where the one of the whole song was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from bachata.assembly.loudness import Loudness, measure
from bachata.assembly.sound import RATE, Blocks, filtered, silence, whole_song
from bachata.errors import AudioUnreadable, BachataError, ObjectMissing, PreconditionFailed
from bachata.logs import get_logger
from bachata.media.files import opened
from bachata.storage import ObjectStore

FORMAT: Final = 1
"""Of stored tracks; grows when their bytes change."""

_PACKET: Final = 1024  # samples of an AAC packet
_WARM_UP: Final = 4  # packets a decoder or encoder is given before its output counts; AAC looks one packet back
_TICK: Final = Fraction(1, RATE)
_OPTIONS: Final = {"flags": "+bitexact+global_header"}

_SHA256: Final = re.compile("[0-9a-f]{64}")

_log = get_logger(__name__)


@dataclass(frozen=True)
class SongTrack:
    """The part of a song's track that a video shows. A `Soundtrack`.

    `first`: the song's sample at the video's start; `samples`: the video's length; `fade`: samples over which the sound
    fades out at its end when the song goes on. Raises AudioUnreadable.
    """

    path: Path
    name: str
    first: int
    samples: int
    fade: int
    bitrate: int

    def attach(self, container: OutputContainer) -> AudioStream:
        """See `Soundtrack`."""
        with self._opened() as track:
            return container.add_stream_from_template(track.streams.audio[0], opaque=True)

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """See `Soundtrack`. Times count from the video's first frame; the first is before it."""
        end = self.first + self.samples
        splice = (end - self.fade) // _PACKET * _PACKET if self.fades else end
        with self._opened() as track:
            own = _until(_packets(track, self.first - 2 * _PACKET + 1), splice)
            for packet in _until(chain(own, self._faded(splice) if self.fades else self._quiet()), end):
                assert packet.pts is not None
                packet.duration = min(_PACKET, end - packet.pts)
                packet.pts = packet.dts = packet.pts - self.first
                packet.time_base = _TICK
                yield packet

    @cached_property
    def length(self) -> int:
        """Samples of the whole song."""
        with self._opened() as track:
            stream = track.streams.audio[0]
            return round((stream.duration or 0) * (stream.time_base or _TICK) * RATE)

    @property
    def fades(self) -> bool:
        """Whether the song goes on after the video, which then ends in a fade."""
        return self.fade > 0 and self.length > self.first + self.samples

    @property
    def warnings(self) -> list[str]:
        """What had to be bent."""
        found = []
        missing = self.first + self.samples - self.length
        if missing >= self.samples:
            found.append(
                f"the song ends {(missing - self.samples) / RATE:.2f} s before audio_start: the video is silent"
            )
        elif missing > 0:
            found.append(f"the song ends {missing / RATE:.2f} s before the video, which ends in silence")
        return found

    def _opened(self) -> AbstractContextManager[InputContainer]:
        return opened(self.path, self.name, refusal=AudioUnreadable)

    def _faded(self, splice: int) -> Iterator[Packet[AudioStream]]:
        """The packets from sample `splice` on, fading to silence at the video's end."""
        end = self.first + self.samples
        warm = max(0, splice - _WARM_UP * _PACKET)
        with self._opened() as track:
            blocks = _decoded(track, warm, end + _WARM_UP * _PACKET)
            start = max(0, end - self.fade - warm)
            faded = filtered(blocks, [("afade", f"t=out:start_sample={start}:nb_samples={self.fade}")])
            for packet in _encoded(faded, self.bitrate):
                assert packet.pts is not None
                packet.pts += warm
                if packet.pts >= splice:
                    yield packet

    def _quiet(self) -> Iterator[Packet[AudioStream]]:
        """Silence from the track's last packet on, or from a little before the video when that is later, for ever."""
        still = list(_encoded(silence(8 * _PACKET), self.bitrate))[4]
        at = -(-max(self.length, self.first - 2 * _PACKET + 1) // _PACKET) * _PACKET
        while True:
            packet = cast("Packet[AudioStream]", Packet(bytes(still)))
            packet.pts, packet.is_keyframe = at, True
            at += _PACKET
            yield packet


class Tracks:
    """Tracks in storage; `scratch` is where one is fetched or made. What cannot be stored is made again next time.

    `version` is another one whenever the song's object is another (see `Fetcher`): with it the song's hash is
    remembered, and half a gigabyte of WAV is not read for every video. None: it is not known.
    """

    def __init__(
        self, store: ObjectStore, scratch: Path, check: Callable[[], None], *, version: str | None = None
    ) -> None:
        self.warnings: list[str] = []
        """What was odd about a song that was encoded."""
        self._store = store
        self._scratch = scratch
        self._check = check
        self._version = version

    def track(self, song: Path, name: str, *, gain_db: float, bitrate: int) -> Path:
        """The file of a song's track, encoded now if nobody has before.

        Raises AudioUnreadable naming the song `name`.
        """
        told = [FORMAT, av.library_versions, self._hash(song, name), f"{gain_db:.2f}", bitrate]
        key = f"cache/audio/{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()}.m4a"
        path = self._scratch / "track.m4a"
        try:
            place = self._store.local_path(key)
            if place is not None:
                return place
            self._store.fetch(key, path)
            return path
        except BachataError as error:
            if not isinstance(error, ObjectMissing):
                _log.warning("a stored track could not be fetched", extra={"reason": error.message})
        self._encode(song, name, path, gain_db, bitrate)
        if self.warnings:  # whoever used it later could not say them: a damaged song is encoded every time
            return path
        try:
            stored = self._store.put_file(key, path, content_type="audio/mp4", if_generation=0)
            if stored.size != path.stat().st_size:
                self._store.delete(key)
        except PreconditionFailed:
            pass  # another render was quicker; both hold the same
        except (BachataError, OSError) as error:
            _log.warning("the song's track could not be kept", extra={"reason": str(error)})
        return path

    def loudness(self, song: Path, name: str) -> Loudness:
        """Of the whole song, measured now if nobody has before. Raises AudioUnreadable."""
        key = f"cache/audio/{self._hash(song, name)}.loudness.json"
        try:
            said = json.loads(self._store.read_bytes(key))
            return Loudness(float(said["integrated_lufs"]), float(said["true_peak_dbtp"]))
        except (BachataError, ValueError, KeyError, TypeError):
            pass
        measured = measure(self._watched(whole_song(song, name, lambda _warning: None)))
        document = {"integrated_lufs": str(measured.integrated_lufs), "true_peak_dbtp": str(measured.true_peak_dbtp)}
        try:
            self._store.put_bytes(key, json.dumps(document).encode())
        except (BachataError, OSError) as error:
            _log.warning("the song's loudness could not be kept", extra={"reason": str(error)})
        return measured

    def _hash(self, song: Path, name: str) -> str:
        """SHA-256 of the song's bytes, computed once for each version of its object."""
        if self._version is None:
            return _hash(song)
        told = json.dumps([name, self._version])
        key = f"cache/audio/{hashlib.sha256(told.encode()).hexdigest()}.song"
        try:
            known = self._store.read_bytes(key).decode()
            if _SHA256.fullmatch(known):
                return known
        except (BachataError, ValueError):
            pass
        computed = _hash(song)
        try:
            self._store.put_bytes(key, computed.encode())
        except (BachataError, OSError) as error:
            _log.warning("the song's hash could not be kept", extra={"reason": str(error)})
        return computed

    def _encode(self, song: Path, name: str, path: Path, gain_db: float, bitrate: int) -> None:
        blocks = self._watched(whole_song(song, name, self.warnings.append))
        if gain_db:
            blocks = filtered(blocks, [("volume", f"{gain_db:.2f}dB:precision=float")])
        made = path.with_name("track.part")
        with av.open(str(made), "w", format="mp4", container_options={"fflags": "+bitexact"}) as container:
            stream = container.add_stream("aac", rate=RATE, layout="stereo", options=dict(_OPTIONS))
            stream.bit_rate = bitrate
            position = 0
            for block in blocks:
                block.pts, block.time_base = position, _TICK
                position += block.samples
                container.mux(stream.encode(block))
            container.mux(stream.encode(None))
        made.replace(path)

    def _watched(self, blocks: Blocks) -> Blocks:
        for block in blocks:
            self._check()
            yield block


def _packets(track: InputContainer, first: int) -> Iterator[Packet[AudioStream]]:
    """Packets that begin at the song's sample `first` or later."""
    stream = track.streams.audio[0]
    if first > 0:  # else from the very beginning: a seek would leave out the encoder's priming
        track.seek(first, stream=stream, backward=True)
    for packet in track.demux(stream):
        if packet.size and packet.pts is not None and packet.pts >= first:
            yield packet


def _until(packets: Iterator[Packet[AudioStream]], end: int) -> Iterator[Packet[AudioStream]]:
    for packet in packets:
        assert packet.pts is not None
        if packet.pts >= end:
            return
        yield packet


def _decoded(track: InputContainer, first: int, end: int) -> Blocks:
    """Sound from the packet at sample `first` to that at `end`."""
    for packet in _until(_packets(track, first - _WARM_UP * _PACKET), end):
        for block in packet.decode():
            if block.pts is not None and block.pts >= first:
                yield block


def _encoded(blocks: Blocks, bitrate: int) -> Iterator[Packet[AudioStream]]:
    """AAC packets, timed from the first sample of `blocks`; the first holds the encoder's priming."""
    encoder = CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "fltp"
    encoder.bit_rate, encoder.time_base, encoder.options = bitrate, _TICK, dict(_OPTIONS)
    position = 0
    for block in blocks:
        block.pts, block.time_base = position, _TICK
        position += block.samples
        yield from encoder.encode(block)
    yield from encoder.encode(None)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
