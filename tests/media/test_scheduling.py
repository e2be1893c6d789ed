"""No encoder keeps the process at real-time priority."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_AV1 = """
import sys
from fractions import Fraction
from pathlib import Path
import av, os
from bachata.assembly.output import Output
from bachata.blueprint import OutputConfig
config = OutputConfig.model_validate({
    "output_path": "output/x.mp4", "resolution": "160x96", "frame_rate": 30, "video_codec": "libsvtav1",
})
with Output(Path(sys.argv[1]), config, None) as output:
    for _ in range(3):
        output.write(av.VideoFrame(160, 96, "yuv420p"))
        print(sorted({os.sched_getscheduler(int(task)) for task in os.listdir("/proc/self/task")}))
    output.finish()
"""


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="Linux schedules so")
def test_an_av1_video_is_encoded_at_ordinary_priority(tmp_path: Path) -> None:
    """In a process of its own, as root where the tests are root's: only then would SVT-AV1 change anything."""
    command = [sys.executable, "-c", _AV1, str(tmp_path / "x.mp4")]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    assert said.splitlines() == [f"[{os.SCHED_OTHER}]"] * 3
