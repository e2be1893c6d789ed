"""Crossfades and fades: the value of every mixed picture, and that none shortens the timeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bachata.assembly.result import Result
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]

FINE = {"crf": 4}  # of limited-range luma, whose value for grey g is 16 + 219 g / 255


def luma(value: float) -> float:
    return 16 + 219 * value / 255


def close(values: list[float], expected: list[float]) -> None:
    assert values == pytest.approx(expected, abs=2.0)


def test_a_crossfade_mixes_the_frames_after_the_cut(made: Made, out: Path) -> None:
    result = made(
        blueprint(
            [
                move("clips/60.mp4", 0, 0.5),
                move("clips/200.mp4", 0.5, 0.5, transition_type="crossfade", transition_duration=0.2),
            ],
            output_config=FINE,
        )
    )
    a, b = luma(60), luma(200)
    close(truth.mean_lumas(out), [a] * 15 + [a + (b - a) * k / 7 for k in range(1, 7)] + [b] * 9)
    assert (result.frames, result.warnings) == (30, [])


def test_a_crossfade_goes_on_with_the_outgoing_clips_further_frames(
    made: Made, out: Path, media: DirectoryStore
) -> None:
    ramp = [truth.grey(5 * i) for i in range(40)]
    truth.write_clip(media.root / "clips/ramp.mp4", ramp, options={"crf": "1"})
    made(
        blueprint(
            [
                move("clips/ramp.mp4", 0, 0.5),
                move("clips/60.mp4", 0.5, 0.5, transition_type="crossfade", transition_duration=0.3),
            ],
            output_config=FINE,
        )
    )
    mixed = [luma(5 * (15 + k)) * (1 - (k + 1) / 10) + luma(60) * (k + 1) / 10 for k in range(9)]
    close(truth.mean_lumas(out), [luma(5 * i) for i in range(15)] + mixed + [luma(60)] * 6)


def test_a_handle_too_short_holds_its_last_frame(made: Made, out: Path, media: DirectoryStore) -> None:
    ramp = [truth.grey(10 * i) for i in range(18)]
    truth.write_clip(media.root / "clips/stump.mp4", ramp, options={"crf": "1"})
    result = made(
        blueprint(
            [
                move("clips/stump.mp4", 0, 0.5),
                move("clips/60.mp4", 0.5, 0.5, transition_type="crossfade", transition_duration=0.3),
            ],
            output_config=FINE,
        )
    )
    mixed = [luma(10 * min(15 + k, 17)) * (1 - (k + 1) / 10) + luma(60) * (k + 1) / 10 for k in range(9)]
    close(truth.mean_lumas(out)[15:24], mixed)
    assert "held for 6 frames" in result.warnings[0]


@pytest.mark.parametrize(("kind", "colour"), [("fade_black", 16), ("fade_white", 235)])
def test_a_fade_goes_through_its_colour_at_the_cut(made: Made, out: Path, kind: str, colour: int) -> None:
    made(
        blueprint(
            [move("clips/120.mp4", 0, 0.5), move("clips/120.mp4", 0.5, 0.5, transition_type=kind)],
            output_config={**FINE, "fade_duration": 0.2},
        )
    )
    g = luma(120)
    leaving = [g + (colour - g) * k / 6 for k in range(1, 7)]
    close(truth.mean_lumas(out), [g] * 9 + leaving + leaving[::-1] + [g] * 9)


def test_the_first_move_can_only_fade_in(made: Made, out: Path) -> None:
    made(
        blueprint(
            [move("clips/120.mp4", 0, 0.5, transition_type="fade_white", transition_duration=0.1)], output_config=FINE
        )
    )
    g = luma(120)
    close(truth.mean_lumas(out), [235, g + (235 - g) * 2 / 3, g + (235 - g) / 3] + [g] * 12)


def test_a_crossfade_into_the_first_frame_is_a_cut(made: Made, out: Path) -> None:
    made(blueprint([move("clips/120.mp4", 0, 0.5, transition_type="crossfade")], output_config=FINE))
    close(truth.mean_lumas(out), [luma(120)] * 15)


def test_a_crossfade_after_a_gap_comes_from_black(made: Made, out: Path) -> None:
    made(
        blueprint(
            [move("clips/120.mp4", 0.2, 0.4, transition_type="crossfade", transition_duration=0.1)],
            output_config=FINE,
        )
    )
    rise = [16 + (luma(120) - 16) * k / 4 for k in (1, 2, 3)]
    close(truth.mean_lumas(out), [16.0] * 6 + rise + [luma(120)] * 9)


def test_a_transition_longer_than_its_move_is_shortened_and_said(made: Made, out: Path) -> None:
    result = made(
        blueprint(
            [
                move("clips/60.mp4", 0, 0.5),
                move("clips/200.mp4", 0.5, 0.1, transition_type="crossfade", transition_duration=1.0),
                move("clips/120.mp4", 0.6, 0.4),
            ],
            output_config=FINE,
        )
    )
    a, b = luma(60), luma(200)
    close(
        truth.mean_lumas(out),
        [a] * 15 + [a + (b - a) * k / 4 for k in (1, 2, 3)] + [luma(120)] * 12,
    )
    assert result.warnings == ["the transition into move 2 (m1) is longer than the move; it was shortened"]


def test_mixing_keeps_colours(made: Made, out: Path, media: DirectoryStore) -> None:
    """Chroma is mixed like luma: half way between red and blue is their mean."""
    import av
    import numpy as np

    for name, rgb in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        with av.open(str(media.root / f"clips/{name}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=30, options={"crf": "4"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
            picture = np.full((48, 64, 3), rgb, dtype=np.uint8)
            for index in range(30):
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
                    format="yuv420p", dst_colorspace="ITU709", dst_color_range=1
                )
                frame.pts = index
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    made(
        blueprint(
            [
                move("clips/red.mp4", 0, 0.5),
                move("clips/blue.mp4", 0.5, 0.5, transition_type="crossfade", transition_duration=0.1),
            ],
            output_config=FINE,
        )
    )
    with av.open(str(out)) as container:
        frames = [f.to_ndarray(format="rgb24").reshape(-1, 3).mean(axis=0) for f in container.decode(video=0)]
    assert frames[0] == pytest.approx([200, 0, 0], abs=4)
    assert frames[16] == pytest.approx([100, 0, 100], abs=4)
    assert frames[29] == pytest.approx([0, 0, 200], abs=4)
