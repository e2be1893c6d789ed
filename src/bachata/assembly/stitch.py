"""A copy plan becomes a file: packets copied from clips, encoded pieces between them, sound along with both.

One clip is open for copying at a time, and no more pieces are encoded ahead than are encoded at once: memory does not
grow with the number of moves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from itertools import islice
from pathlib import Path

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from bachata.assembly.blame import all_of, needed_for
from bachata.assembly.copyplan import CopyPlan, Segment, Source
from bachata.assembly.frameplan import FramePlan
from bachata.assembly.pieces import Made
from bachata.assembly.soundtrack import Weaver
from bachata.errors import MediaUnreadable
from bachata.media.clip import index_of, is_idr, is_whole, misfit, pictures_of
from bachata.media.container import Writer
from bachata.media.encoder import Unit
from bachata.media.files import opened
from bachata.media.profile import Profile


def sources(plan: FramePlan, profile: Profile, locate: Callable[[str], Path], *, asked: str | None) -> list[Source]:
    """What can be copied from the clip of every piece of `plan`.

    `asked` is why nothing can, whatever the clips are: a quality that was asked for.
    Raises MediaUnreadable naming every clip that cannot be read, with the moves that need it.
    """
    known: dict[str, Source] = {}
    broken: list[MediaUnreadable] = []
    for path in dict.fromkeys(piece.path for piece in plan.pieces):
        try:
            with needed_for(*(piece.index for piece in plan.pieces if piece.path == path)):
                index = index_of(locate(path), path)
        except MediaUnreadable as error:  # the others are looked at all the same: one answer names them all
            broken.append(error)
            continue
        known[path] = Source(index.frames, index.keyframes, asked or misfit(index, profile))
    if broken:
        raise all_of(broken)
    return [known[piece.path] for piece in plan.pieces]


class Stitcher:
    """Writes the segments of a plan in order. `make` gives an encoded one; it is called by `workers` threads."""

    def __init__(
        self,
        copies: CopyPlan,
        *,
        locate: Callable[[str], Path],
        make: Callable[[Segment], Made],
        workers: int,
        check: Callable[[], None],
    ) -> None:
        self._copies = copies
        self._locate = locate
        self._make = make
        self._workers = workers
        self._check = check

    def write(self, writer: Writer, sound: Weaver, progress: Callable[[int], None]) -> list[Made]:
        """Write all pictures, with the sound up to each; `progress` is told how many there are.

        Returns the encoded segments without their pictures. Raises MediaUnreadable.
        """
        done = 0
        seen: list[Made] = []
        frame = writer.frame
        with ThreadPoolExecutor(self._workers, thread_name_prefix="encode") as pool:
            try:
                for segment, made in self._ahead(pool):
                    if made is not None:
                        seen.append(Made((), made.held, made.damaged))
                    pictures: Iterator[Packet[VideoStream] | Unit]
                    pictures = self._copied(segment) if made is None else iter(made.units)
                    for number, picture in enumerate(pictures, segment.first):
                        self._check()
                        at = self._copies.tick(segment, number, frame)
                        length = self._copies.tick(segment, number + 1, frame) - at
                        sound.until(at * writer.tick)
                        if isinstance(picture, Packet):
                            writer.copy(picture, at, length)
                        else:
                            writer.picture(picture, at, length)
                        done += 1
                        progress(done)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return seen

    def _ahead(self, pool: ThreadPoolExecutor) -> Iterator[tuple[Segment, Made | None]]:
        """Segments in order, encoded ones finished; the next few are being encoded meanwhile."""
        to_encode = iter([s for s in self._copies.segments if s.copied_from is None])
        running: deque[Future[Made]] = deque(pool.submit(self._make, s) for s in islice(to_encode, self._workers))
        for segment in self._copies.segments:
            if segment.copied_from is not None:
                yield segment, None
                continue
            made = running.popleft().result()
            running.extend(pool.submit(self._make, s) for s in islice(to_encode, 1))
            yield segment, made

    def _copied(self, segment: Segment) -> Iterator[Packet[VideoStream]]:
        """The packets of a segment, from its keyframe on."""
        assert segment.piece is not None
        assert segment.copied_from is not None
        piece = self._copies.plan.pieces[segment.piece]
        with needed_for(piece.index), opened(self._locate(piece.path), piece.path, indexed=True) as container:
            first, rate = segment.copied_from, self._copies.plan.rate
            packets = _from(container, pictures_of(container, piece.path), first, rate)
            found = 0
            for packet in islice(packets, segment.count):
                if not is_whole(packet) or not (found or is_idr(packet)):
                    raise MediaUnreadable(
                        f"{piece.path!r} is damaged at frame {first + found}. Replace the file, or conform it again."
                    )
                found += 1
                yield packet
            if found < segment.count:
                raise MediaUnreadable(
                    f"{piece.path!r} is cut off: {found} of {segment.count} frames from frame {first} on can be read. "
                    "Replace the file."
                )


def _from(container: InputContainer, stream: VideoStream, frame: int, rate: Fraction) -> Iterator[Packet[VideoStream]]:
    assert stream.time_base
    first = round(frame / rate / stream.time_base)
    container.seek(first, stream=stream, backward=True)
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None and packet.pts >= first:
            yield packet
