"""The song's truth, checked against its samples by other means than those that made it."""

import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from samples.song import SECTION_PLANS, SongTruth, make_song
from samples.song.make import render_song
from samples.song.score import parse_key, plan_song

RATE = 48_000


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        raw = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return raw.reshape(-1, 2).mean(1) / 32_768.0


def band(signal: np.ndarray, low: float, high: float) -> np.ndarray:
    return sosfiltfilt(butter(4, (low, high), "bandpass", fs=RATE, output="sos"), signal)


def rise_at(signal: np.ndarray, seconds: float, span: float = 0.03) -> float:
    """Energy just after a moment over energy just before it."""
    at, n = round((seconds + 0.0) * RATE), round(span * RATE)
    after = float((signal[at - n // 6 : at + n] ** 2).mean())
    before = float((signal[max(0, at - n - n // 3) : at - n // 3] ** 2).mean())
    return after / (before + 1e-9)


def test_every_beat_is_struck_and_quarters_between_are_not(song):
    path, truth = song
    treble = band(samples_of(path), 4000, 12_000)
    beat = 60.0 / truth.tempo
    inner = truth.beats[4:-4]
    on = np.median([rise_at(treble, b) for b in inner])
    # 0.3 of a beat later nothing is ever played.
    off = np.median([rise_at(treble, b + 0.3 * beat) for b in inner])
    assert on > 3.0
    assert off < 1.0


def test_the_low_drum_marks_four(song):
    path, truth = song
    drum = band(samples_of(path), 180, 215)
    strength = np.array([(drum[round(b * RATE) : round((b + 0.09) * RATE)] ** 2).mean() for b in truth.beats])
    verse = next(s for s in truth.sections if s.label == "verse")
    by_beat = strength[verse.first_beat : verse.first_beat + verse.eights * 8].reshape(-1, 4).mean(0)
    assert by_beat.argmax() == 3
    assert by_beat[3] > 1.5 * np.sort(by_beat)[-2]


def test_the_bass_is_longest_on_one(song):
    path, truth = song
    low = band(samples_of(path), 50, 140)
    beat = 60.0 / truth.tempo
    verse = next(s for s in truth.sections if s.label == "verse")
    bars = [truth.beats[verse.first_beat + 4 * k] for k in range(verse.eights * 2)]

    def level(offset: float) -> float:
        return float(np.mean([(low[round((b + offset) * RATE) :][: RATE // 20] ** 2).mean() for b in bars]))

    # Ringing at the "and" of 1 while beat 2 brings nothing new; 3 and 4 are struck again.
    assert level(0.1) > level(0.1 + beat) * 1.3


def test_the_analysts_independent_tracker_finds_the_tempo_and_the_beats(song):
    librosa = pytest.importorskip("librosa")
    path, truth = song
    signal = librosa.resample(samples_of(path), orig_sr=RATE, target_sr=22_050)
    _, found = librosa.beat.beat_track(
        y=signal, sr=22_050, hop_length=256, start_bpm=128, units="time", trim=False, bpm=truth.tempo
    )
    late = np.array([found[np.abs(found - b).argmin()] - b for b in truth.beats])
    # librosa is about 20 ms late at this hop (reference section 2): the spread is what counts.
    assert np.mean(np.abs(late - np.median(late)) < 0.035) > 0.9
    assert 0.0 < np.median(late) < 0.05


def test_sections_differ_in_loudness_as_their_energies_do(song):
    path, truth = song
    signal = samples_of(path)
    loudness = {
        s.label: float(np.sqrt((signal[round(s.start * RATE) : round(s.end * RATE)] ** 2).mean()))
        for s in truth.sections
    }
    assert loudness["chorus"] > 1.1 * loudness["verse"] > 1.1 * loudness["intro"]
    assert loudness["outro"] < loudness["chorus"]


def test_the_file_is_as_long_as_the_truth_says_and_never_clips(song):
    path, truth = song
    signal = samples_of(path)
    assert len(signal) == round(truth.duration * RATE)
    assert 0.3 < np.abs(signal).max() < 0.95
    document = json.loads(path.with_suffix(".truth.json").read_text())
    assert document["beats"] == list(truth.beats)
    assert document["files"] == {"wav": "song.wav", "m4a": "song.m4a"}


def test_the_m4a_is_the_same_sound_at_the_same_time(song):
    path, _ = song
    signal = samples_of(path)
    with av.open(str(path.with_suffix(".m4a"))) as file:
        assert file.streams.audio[0].codec_context.name == "aac"
        pieces = [(f.pts, f.to_ndarray().mean(0)) for f in file.decode(audio=0)]
    decoded = np.zeros(len(signal) + 4096)
    for pts, piece in pieces:
        skip = max(0, -pts)
        decoded[pts + skip : pts + len(piece)] = piece[skip:][: max(0, len(decoded) - pts)]
    window = slice(20 * RATE, 22 * RATE)
    lags = range(-200, 201)
    match = [float(np.dot(decoded[20 * RATE + lag : 22 * RATE + lag], signal[window])) for lag in lags]
    assert abs(lags[int(np.argmax(match))]) <= 2


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_ones(tmp_path):
    kwargs = {"tempo": 130.0, "seconds": 16.0, "aac": True}
    one, two, three = (make_song(tmp_path / f"{n}.wav", seed=s, **kwargs) for n, s in (("a", 1), ("b", 1), ("c", 2)))
    for suffix in (".wav", ".m4a"):
        a, b, c = ((tmp_path / n).with_suffix(suffix).read_bytes() for n in "abc")
        assert a == b != c
    assert one.beats == two.beats == three.beats


def test_jitter_moves_the_players_but_not_the_truth():
    truth = plan_song(tempo=126.0, seconds=16.0, seed=5, key="Am")
    still, human = render_song(truth, jitter_ms=0.0), render_song(truth, jitter_ms=5.0)
    assert still.shape == human.shape == (2, round(truth.duration * RATE))
    assert np.abs(still - human).max() > 0.01


@settings(max_examples=120, deadline=None)
@given(
    tempo=st.floats(90.0, 180.0), seconds=st.floats(25.0, 320.0), key=st.sampled_from(["Am", "D", "Ebm", "F#m", "C"])
)
def test_any_plan_is_whole_eights_in_order_near_the_wanted_length(tempo, seconds, key):
    truth = plan_song(tempo=tempo, seconds=seconds, seed=1, key=key)
    assert abs(truth.duration - seconds) <= 8 * 60 / tempo + 0.01
    assert len(truth.beats) % 8 == 0
    assert truth.beats[0] > 0.2
    assert truth.downbeats == truth.beats[::4]
    assert np.allclose(np.diff(truth.beats), 60 / tempo, atol=2e-6)
    assert truth.sections[0].label == "intro"
    assert truth.sections[-1].label == "outro"
    for section, following in zip(truth.sections, truth.sections[1:], strict=False):
        assert section.end == following.start
        assert section.first_beat % 8 == truth.count_one == 0
        assert truth.beats[section.first_beat] == section.start


def test_the_long_song_is_about_three_minutes():
    truth: SongTruth = plan_song(tempo=126.0, seconds=180.0, seed=1, key="Am")
    assert 175 < truth.duration < 185
    assert {s.label for s in truth.sections} == {"intro", "verse", "chorus", "bridge", "outro"}
    assert {s.groove for s in truth.sections} == {"derecho", "majao", "mambo"}
    assert set(SECTION_PLANS) == {"short", "long"}


@pytest.mark.parametrize(
    ("change", "words"),
    [({"tempo": 20.0}, "60..200"), ({"seconds": 3.0}, "too short"), ({"key": "H"}, "unknown key")],
)
def test_impossible_songs_are_refused_with_the_reason(change, words):
    arguments = {"tempo": 126.0, "seconds": 60.0, "seed": 1, "key": "Am"} | change
    with pytest.raises(ValueError, match=words):
        plan_song(**arguments)


def test_keys_are_read():
    assert parse_key("Am") == (9, "minor")
    assert parse_key("Eb") == (3, "major")
