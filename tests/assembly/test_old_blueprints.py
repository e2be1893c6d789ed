"""Documents of the old render job are accepted unchanged and rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachata.assembly import render
from bachata.blueprint import parse, storage_key
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conftest import CLICKS

OLD = Path(__file__).parents[1] / "fixtures/old_blueprints"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> DirectoryStore:
    """Clips and songs of ours under the old keys, some with and some without the old ``data/`` in front."""
    root = tmp_path_factory.mktemp("library")
    for first, key in (
        (0, "Bachata_steps/basic_steps/basic_1.mp4"),
        (1000, "data/Bachata_steps/body_roll/body_roll_1.mp4"),
        (2000, "Bachata_steps/cross_body_lead/cross_body_lead_1.mp4"),
    ):
        truth.numbered_clip(root / key, 270, first=first, size=(64, 36))
    song = truth.clicks(26.0, [*CLICKS, 20.0])
    truth.write_wav(root / "data/songs/test.mp3", song)  # FFmpeg goes by what is inside
    truth.write_wav(root / "songs/Amor.mp3", song)
    return DirectoryStore(root)


@pytest.mark.parametrize(("name", "seconds"), [("gcs", 8), ("simple", 16), ("transitions", 24)])
def test_an_old_document_is_rendered_as_it_says(
    library: DirectoryStore, tmp_path: Path, name: str, seconds: int
) -> None:
    document = parse((OLD / f"{name}.json").read_bytes())
    out = tmp_path / "video.mp4"
    result = render(document, store=library, output=out)
    assert result.frames == seconds * 30
    assert (result.width, result.height, result.frame_rate) == (1280, 720, "30")
    assert result.video_key == storage_key(document.output_config.output_path)
    assert result.warnings == []
    shown = truth.numbers(out)
    for index, cut in enumerate(result.cut_frames):
        assert cut == index * 240
        crossfade = 15 if index else 0
        assert shown[cut + crossfade : cut + 240] == [index * 1000 + k for k in range(crossfade, 240)]
    heard = truth.samples_of(out)
    assert abs(truth.lag(heard, truth.clicks(26.0, [*CLICKS, 20.0]), 1.0, 2.0)) <= 0.002
