"""One static gain that brings a sound to the loudness of streaming services. Dynamics are left alone.

Measured as EBU R 128 / ITU-R BS.1770-4 by FFmpeg's ebur128: integrated loudness and true peak of exactly the samples
the video uses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from av.audio.frame import AudioFrame

from bachata.assembly.sound import filtered

TARGET_LUFS: Final = -14.0
"""What the large streaming services play at."""

CEILING_DBTP: Final = -1.0
"""True peak that lossy encoding still survives without clipping (EBU R 128 s2, AES TD1004)."""

_GATED_LUFS: Final = -69.9  # ebur128 answers -70 when its absolute gate let nothing through: silence


@dataclass(frozen=True)
class Loudness:
    """Of a whole sound. Minus infinity is silence."""

    integrated_lufs: float
    true_peak_dbtp: float

    @property
    def gain_db(self) -> float:
        """Gain to `TARGET_LUFS`, as far as the peaks allow; 0 for silence."""
        if self.integrated_lufs <= _GATED_LUFS or math.isinf(self.true_peak_dbtp):
            return 0.0
        return min(TARGET_LUFS - self.integrated_lufs, CEILING_DBTP - self.true_peak_dbtp)


def measure(blocks: Iterable[AudioFrame]) -> Loudness:
    """Loudness of a sound, which is read to its end."""
    last: dict[str, str] = {}
    for block in filtered(iter(blocks), [("ebur128", "metadata=1:peak=true:framelog=quiet")]):
        last = block.metadata or last
    integrated = float(last.get("lavfi.r128.I", "-inf"))
    peak = float(last.get("lavfi.r128.true_peak", "0"))
    return Loudness(integrated, 20 * math.log10(peak) if peak > 0 else -math.inf)
