"""Makes the measured video with MoviePy. Runs in the peers' environment, given its order as JSON."""

import json
import sys

from moviepy import AudioFileClip, CompositeVideoClip, VideoFileClip, vfx


def main() -> None:
    """Compose the moves at their times, each faded in over the one before, under the song."""
    order = json.loads(sys.argv[1])
    layers = []
    for move in order["moves"]:
        clip = VideoFileClip(move["path"], audio=False).subclipped(move["from"], move["to"]).with_start(move["start"])
        if list(clip.size) != order["size"]:
            clip = clip.resized(tuple(order["size"]))
        if move["crossfade"]:
            clip = clip.with_effects([vfx.CrossFadeIn(move["crossfade"])])
        layers.append(clip)
    video = CompositeVideoClip(layers, size=tuple(order["size"])).with_duration(order["seconds"])
    song = AudioFileClip(order["song"]).subclipped(0, order["seconds"])
    video.with_audio(song).write_videofile(
        order["target"], fps=order["rate"], codec="libx264", preset="veryfast", audio_codec="aac",
        audio_bitrate="128k", ffmpeg_params=["-crf", "21", "-pix_fmt", "yuv420p"], logger=None,
    )  # fmt: skip


if __name__ == "__main__":
    main()
