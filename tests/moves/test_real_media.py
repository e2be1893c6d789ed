"""The real clips, when they are there: ingest hears them, plans dance them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.engine import Engine

from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from bachata.choreography.scorecard import score
from bachata.moves import ingest
from bachata.moves.check import check
from bachata.moves.embedder import ClipEar, Embedder
from bachata.moves.library import Library, load
from bachata.moves.repository import MoveRepository
from bachata.music import clip_beats, embed
from bachata.music.embedding import VERSION
from bachata.music.version import HEARING
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_engine
from tests.choreography.worlds import make_song

MEDIA = Path(__file__).parents[3] / "shared" / "media"

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(not (MEDIA / "annotations.json").is_file(), reason="the 41 real clips are not here"),
]


@pytest.fixture(scope="module")
def library(databases, tmp_path_factory) -> Library:
    url = databases.create()
    engine: Engine = open_engine(Settings(database_url=url))
    store = DirectoryStore(tmp_path_factory.mktemp("store"))
    try:
        report = ingest.add(
            MEDIA, MEDIA / "annotations.json", library="real", store=store, engine=engine, clip_beats=clip_beats,
            analyser=HEARING, profile="360p", embedder=Embedder(ear=ClipEar(VERSION, embed)),
        )  # fmt: skip
        assert len(report.added) == len(report.conformed) == 41
        assert not [w for w in report.warnings if "damaged" in w or "early" in w]
        loaded = load(MoveRepository(engine, "real"))
        assert check("real", loaded.moves, store).faults == ()
        return loaded
    finally:
        engine.dispose()
        databases.drop(url)


def test_every_clip_is_measured(library: Library) -> None:
    for move in library.moves:
        assert (move.frame_rate, move.width, move.height) == ("30", 640, 360)
        assert {0, *move.beats} <= set(move.keyframes)
        assert 180 <= move.frames <= 520
        # What a dancer could follow; the old tracker's bins lie within 8 % of the regression.
        assert 95 <= move.tempo <= 155
        assert len(move.beats) >= 11
    # The shortest clips last 11 to 13 counts: where their count 1 falls decides whether a whole eight lies inside.
    assert sum(bool(move.windows) for move in library.moves) >= 37


def test_embeddings_tell_the_moves_apart(library: Library) -> None:
    vectors = library.index.vectors.astype(np.float64)
    count = len(vectors)
    alike = vectors @ vectors.T
    assert np.diag(alike) == pytest.approx(np.ones(count), abs=1e-5)
    mean = (alike.sum() - count) / (count * (count - 1))
    assert mean < 0.5  # the old system's text vectors: 0.80, its pose vectors: 0.978
    labels = np.array([move.label for move in library.moves])
    same = labels[:, None] == labels
    chance = (same.sum() - count) / (count * (count - 1))
    nearest = np.argsort(9 * np.eye(count) - alike, axis=1)[:, :5]
    assert np.take_along_axis(same, nearest, axis=1).mean() > 4 * chance


@pytest.mark.parametrize("difficulty", ["beginner", "intermediate", "advanced"])
@pytest.mark.parametrize("tempo", [118.0, 126.0, 133.0])
def test_plans_keep_the_bars(library: Library, difficulty: str, tempo: float) -> None:
    song = make_song(tempo=tempo, seconds=180.0)
    made = plan(
        song, library.moves, understand({"difficulty": difficulty}), task_id="t", user_id="u", song_key="songs/x.wav",
        index=library.index,
    )  # fmt: skip
    card = score(made.blueprint, song, library.moves)
    assert card.m1.p95 <= 1 / 60 + 1e-6
    assert card.m2.rate == 1.0
    assert abs(card.m3.mean) <= 0.02
    assert card.m3.resultant >= 0.9
    assert card.m5.beyond_10 == 0 or any("25 %" in told for told in made.relaxed)
    assert card.m9.difficulty == 1.0 or made.relaxed
    if card.m7.available >= 13:  # nine places of eight counts lie within four phrases and two more hold other labels
        assert card.m7.repeats_soon == 0
