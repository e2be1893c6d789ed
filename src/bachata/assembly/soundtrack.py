"""Sound as packets of one file: encoded from samples, and woven between the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Protocol

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from bachata.assembly.quality import bits
from bachata.assembly.sound import RATE
from bachata.blueprint import OutputConfig


class Soundtrack(Protocol):
    """Sound that can be written into a file."""

    def attach(self, container: OutputContainer) -> AudioStream:
        """Give `container` a stream for it."""

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """All of it, in order; after `attach`."""


class EncodedSound:
    """Blocks of samples, encoded while they are written. `blocks` is read once."""

    def __init__(self, config: OutputConfig, blocks: Iterator[AudioFrame]) -> None:
        self._config = config
        self._blocks = blocks
        self._stream: AudioStream | None = None

    def attach(self, container: OutputContainer) -> AudioStream:
        """See `Soundtrack`."""
        codec = self._config.audio_codec
        stream = container.add_stream(codec, rate=RATE, layout="stereo", options={"flags": "+bitexact"})
        assert isinstance(stream, AudioStream)
        if codec != "flac":
            stream.bit_rate = bits(self._config.audio_bitrate)
        self._stream = stream
        return stream

    def packets(self) -> Iterator[Packet[AudioStream]]:
        """See `Soundtrack`."""
        assert self._stream is not None
        position = 0
        for block in self._blocks:
            block.pts, block.time_base = position, Fraction(1, RATE)
            position += block.samples
            yield from self._stream.encode(block)
        yield from self._stream.encode(None)


class Weaver:
    """Hands out packets of sound up to a time, so that both streams lie together in the file."""

    def __init__(self, packets: Iterator[Packet[AudioStream]], mux: Callable[[Packet[AudioStream]], None]) -> None:
        self._packets = packets
        self._mux = mux
        self._waiting: Packet[AudioStream] | None = None

    def until(self, seconds: Fraction | None) -> None:
        """Write sound up to `seconds`; None: all of it."""
        while True:
            packet = self._waiting or next(self._packets, None)
            self._waiting = None
            if packet is None:
                return
            assert packet.pts is not None and packet.time_base
            if seconds is not None and packet.pts * packet.time_base > seconds:
                self._waiting = packet
                return
            self._mux(packet)
