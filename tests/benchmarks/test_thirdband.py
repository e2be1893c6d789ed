"""The third band tells the truth: what its songs claim about themselves can be measured in their sound."""

from __future__ import annotations

from collections import Counter
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from benchmarks.music.thirdband import make, recipe, write
from benchmarks.music.thirdband.band import plan
from benchmarks.music.thirdband.clock import deviations, swung
from benchmarks.music.thirdband.events import Stroke, observe_stops
from benchmarks.music.thirdband.form import STOPS, compose, truth_of
from benchmarks.music.thirdband.harmony import NAMES, ROMAN, Chord, chord_at, chord_tone_near, scale_near, voicing
from benchmarks.music.thirdband.rhythm import bongo, guira
from benchmarks.music.thirdband.sounds import SR, hertz
from benchmarks.music.thirdband.strings import bass, bass_pitch

PLAIN = replace(
    recipe(1, 1),
    tempo=118.0,
    drift="wander",
    drift_depth=0.03,
    first_count=6,
    opening="cut",
    lead_in=0.7,
    style="trad",
    form=(("intro", 2), ("verse", 4), ("chorus", 4), ("outro", 2)),
    tonic=9,
    mode="minor",
    progressions=("i VII VI V", "i iv VII III"),
    chord_beats=(4, 4),
    anticipation=0.0,
    modulation=False,
    bass="classic",
    bass_push=0.0,
    bass_rests=False,
    bongo="martillo",
    hembra=1.0,
    guira="eighths",
    guira_accent="beat",
    chorus_groove="majao",
    bridge="mambo",
    intro="groove",
    breaks=((1, "stop5"),),
    half_time=(),
    swing=0.5,
    jitter_ms=5.0,
    lags_ms=(0.0, 0.0, 4.0, 2.0, 2.0),
    voice=False,
    ending="hit",
    fade_in=False,
    wet=0.05,
    squash=0.1,
    noise_db=-120.0,
    sound="clean",
    channels=1,
)
"""A song without what makes listening hard, so that its own truth can be heard in it by simple means."""


def songs(**changes):
    return make(replace(PLAIN, **changes))


@pytest.fixture(scope="module")
def plain():
    return songs()


def score_and_truth(number, seed):
    """The truth of a song without its sound: quick enough for many songs."""
    wanted = recipe(number, seed)
    score, clock, _ = plan(wanted)
    return wanted, score, truth_of(wanted, score, clock, clock.at(score.beats) + 1.5)


def band_level(samples, low, high, hop=88):
    """Energy in a band every 2 ms."""
    sos = signal.butter(3, [low, high], "bandpass", fs=SR, output="sos")
    energy = signal.sosfiltfilt(sos, samples) ** 2
    return energy[: len(energy) // hop * hop].reshape(-1, hop).mean(axis=1), hop / SR


def in_groove(truth):
    return [b for b in truth.beats if any(begin <= b < end - 1e-6 for begin, end, _ in truth.grooves)]


# Recipes


def test_a_recipe_is_one_frozen_printable_record():
    wanted = recipe(3, 5)
    assert wanted == recipe(3, 5) != recipe(4, 5) != recipe(4, 6)
    assert "tempo=" in repr(wanted)
    with pytest.raises(FrozenInstanceError):
        wanted.tempo = 100.0


def test_forty_songs_hold_every_difficulty():
    drawn = [recipe(n, 11) for n in range(40)]

    def seen(field):
        return Counter(getattr(r, field) for r in drawn)

    assert set(seen("style")) == {"trad", "modern", "pop", "live", "sparse"}
    assert set(seen("container")) == {"wav", "flac", "mp3", "m4a", "opus"}
    assert set(seen("intro")) == {"groove", "guitar", "pad"}
    assert set(seen("ending")) == {"hit", "fade", "cut"}
    assert set(seen("bridge")) == {"mambo", "breakdown"}
    assert {"machine", "wander", "walk", "ritardando"} <= set(seen("drift"))
    assert {"clean", "telephone"} <= set(seen("sound"))
    assert len(seen("first_count")) >= 6
    tempos = [r.tempo for r in drawn]
    assert min(tempos) < 100 and max(tempos) > 155
    assert sum(112 <= t <= 145 for t in tempos) >= 20
    assert any(r.half_time for r in drawn) and any(r.breaks for r in drawn) and any(r.swing > 0.5 for r in drawn)
    assert all(r.reason for r in drawn if r.ambiguous)
    assert sum(r.ambiguous for r in drawn) <= 4


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 400), seed=st.integers(0, 400))
def test_truth_holds_together_for_every_recipe(number, seed):
    wanted, score, truth = score_and_truth(number, seed)
    beats = truth.beats
    assert np.all(np.diff(beats) > 0)
    assert beats[0] == pytest.approx(wanted.lead_in)
    assert 0 <= truth.count_one <= 7
    assert (wanted.first_count + truth.count_one - 1) % 8 == 0, "count 1 is where the first count says"
    assert len(beats) == score.beats == len(truth.energy)
    assert 60 <= truth.duration <= 112
    assert np.all((truth.energy >= 0) & (truth.energy <= 1))
    local = 60 / np.diff(beats)
    assert np.max(np.abs(local / wanted.tempo - 1)) < (0.075 if wanted.drift == "ritardando" else 0.0501)
    assert truth.tempo == pytest.approx(wanted.tempo, rel=0.03)
    assert truth.key == (NAMES[wanted.tonic], wanted.mode)


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 400), seed=st.integers(0, 400))
def test_sections_tile_the_song_on_eights(number, seed):
    wanted, _, truth = score_and_truth(number, seed)
    assert [label for _, _, label in truth.sections] == [label for label, _ in wanted.form]
    assert truth.sections[0][0] == truth.beats[0]
    for (_, end, _), (begin, _, _) in pairwise(truth.sections):
        assert end == begin
        index = int(np.argmin(np.abs(truth.beats - begin)))
        assert truth.beats[index] == pytest.approx(begin, abs=1e-9)
        assert (index - truth.count_one) % 8 == 0
    assert truth.beats[-1] < truth.sections[-1][1] <= truth.duration + 1e-9
    for (_, end, before), (begin, _, groove) in pairwise(truth.grooves):
        assert end <= begin + 1e-9
        assert before != groove or begin - end > 1
    assert {groove for _, _, groove in truth.grooves} <= {"derecho", "majao", "mambo"}


# The sound


def test_the_same_recipe_gives_the_same_samples(plain):
    samples, truth = songs()
    assert np.array_equal(samples, plain[0])
    assert np.array_equal(truth.beats, plain[1].beats)
    other, _ = songs(seed=PLAIN.seed + 1)
    assert not np.array_equal(other[: SR * 5], samples[: SR * 5])


@pytest.mark.parametrize("number", [2, 8, 9])
def test_songs_are_clean_float_samples(number):
    wanted = recipe(number, 3)
    samples, truth = make(wanted)
    assert samples.dtype == np.float32
    assert samples.ndim == wanted.channels
    assert samples.shape[-1] == round(truth.duration * SR)
    assert np.all(np.isfinite(samples))
    assert 0.3 < np.max(np.abs(samples)) <= 1.0
    quiet = np.atleast_2d(samples)[:, : int((wanted.lead_in - 0.12) * SR)]  # a grace note may come early
    assert quiet.size == 0 or np.max(np.abs(quiet)) < 0.1


def test_the_guira_marks_the_beats(plain):
    """Each beat's own rise of the scraped band, found without knowing where it should be within ±60 ms."""
    samples, truth = plain
    level, step = band_level(samples, 5000, 10000)
    smooth = signal.lfilter(np.ones(4) / 4, 1, level)
    rise = np.concatenate([smooth[5:] - smooth[:-5], np.zeros(5)])
    late = []
    for beat in in_groove(truth):
        around = np.arange(int((beat - 0.06) / step), int((beat + 0.06) / step))
        late.append((around[np.argmax(rise[around])] + 1.5) * step - beat)
    late = np.array(late)
    assert np.mean(np.abs(late) < 0.025) > 0.93, "a few beats lie in stops or under a fill"
    assert abs(np.median(late)) < 0.004


def test_drums_are_not_late_on_the_whole():
    """The bongo's own strokes, off by jitter, lie around the grid without bias."""
    samples, truth = songs(jitter_ms=12.0, tempo=126.0)
    level, step = band_level(samples, 350, 1200)
    rise = np.concatenate([np.maximum(np.log(level[2:] + 1e-6) - np.log(level[:-2] + 1e-6), 0), [0, 0]])
    window = np.arange(-60, 61)
    mean = np.mean([rise[int(b / step) + window] for b in in_groove(truth)], axis=0)
    spread = mean - np.median(mean)
    spread[spread < 0.3 * spread.max()] = 0
    assert abs(np.sum(window * spread) / np.sum(spread)) * step < 0.012


def test_the_low_drum_marks_the_four(plain):
    samples, truth = plain
    level, step = band_level(samples, 185, 235)
    gain = [level[int(b / step) + 3 : int((b + 0.06) / step)].mean() for b in truth.beats]
    intro = [gain[n] for n in range(truth.count_one, truth.count_one + 16)]
    by_count = np.array(intro).reshape(4, 4).mean(axis=0)
    assert np.argmax(by_count) == 3


def test_the_bass_plays_the_root_on_one(plain):
    """The pitch of the bass at the first count of every bar of the verse is the progression's."""
    samples, truth = plain
    begin, end, _ = next(s for s in truth.sections if s[2] == "verse")
    bars = [n for n, b in enumerate(truth.beats) if begin <= b < end - 1e-6 and (n - truth.count_one) % 4 == 0]
    heard = []
    for n in bars:
        part = samples[int((truth.beats[n] + 0.03) * SR) : int((truth.beats[n] + 0.6) * SR)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 18))
        frequencies = np.fft.rfftfreq(1 << 18, 1 / SR)
        low = (frequencies > 38) & (frequencies < 130)
        top = frequencies[low][np.argmax(spectrum[low])]
        heard.append(round(69 + 12 * np.log2(top / 440)) % 12)
    wanted = [(9 + ROMAN["minor"][symbol][0]) % 12 for symbol in ("i", "VII", "VI", "V") * 2]
    agree = [h == w for h, w in zip(heard, wanted, strict=True)]
    assert sum(agree) >= 7, "one bar at most may be a walking fill or lie in the stop"


def test_a_stop_is_silent_and_its_energy_low(plain):
    samples, truth = plain
    _, end, _ = next(s for s in truth.sections if s[2] == "verse")
    chorus = int(np.argmin(np.abs(truth.beats - end)))
    hit, silence = truth.beats[chorus - 4], slice(chorus - 3, chorus - 1)
    assert np.all(truth.energy[silence] < 0.15) and truth.energy[chorus - 4] > 0.3
    level = np.abs(samples)
    during = level[int((truth.beats[chorus - 2]) * SR) : int((truth.beats[chorus - 1] - 0.1) * SR)]
    before = level[int((hit - 1.0) * SR) : int(hit * SR)]
    assert np.mean(during) < 0.2 * np.mean(before)


def test_energy_follows_what_is_played():
    samples, truth = songs(ending="fade", intro="guitar")
    loud = [np.sqrt(np.mean(samples[int(a * SR) : int(b * SR)] ** 2)) for a, b in pairwise(truth.beats)]
    smooth = np.convolve(loud, np.ones(4) / 4, "same")
    ranks = [np.argsort(np.argsort(x)) for x in (smooth, truth.energy[:-1])]
    assert np.corrcoef(*ranks)[0, 1] > 0.7


def test_a_beatless_intro_has_no_percussion_but_has_beats():
    samples, truth = songs(style="modern", intro="pad", first_count=1, opening="full")
    begin, end, label = truth.sections[0]
    assert label == "intro"
    assert all(groove_begin >= end - 1e-9 for groove_begin, _, _ in truth.grooves)
    assert np.sum((truth.beats >= begin) & (truth.beats < end - 1e-6)) == 16
    level, step = band_level(samples, 5000, 10000)
    inside, after = level[int(begin / step) : int((end - 0.7) / step)], level[int(end / step) : int((end + 4) / step)]
    assert np.mean(inside) < 0.02 * np.mean(after)


def test_the_tempo_is_steady_while_nothing_marks_it():
    wanted = replace(PLAIN, style="modern", intro="pad", drift="wander", drift_depth=0.05)
    score, clock, _ = plan(wanted)
    steps = np.diff(clock.beats)
    assert score.unmarked == score.count_one + 16
    assert np.ptp(steps[: score.unmarked]) < 1e-9 < 1e-3 < np.ptp(steps)


def test_a_modulated_chorus_goes_up_a_semitone():
    raised = replace(PLAIN, modulation=True)
    chords = {flag: compose(r, np.random.default_rng(1)).chords for flag, r in ((False, PLAIN), (True, raised))}
    steps = [(b.root - a.root) % 12 for a, b in zip(chords[False], chords[True], strict=True)]
    assert steps == sorted(steps) and set(steps) == {0, 1}


def test_telephone_and_cassette_lose_what_those_machines_lose(plain):
    for sound, above in (("telephone", 5000), ("cassette", 12000)):
        samples, _ = songs(sound=sound)
        dull, bright = (np.mean(band_level(s, above, above + 3000)[0]) / np.mean(s**2) for s in (samples, plain[0]))
        assert dull < 0.3 * bright, "what is left is their noise"


# The score


def test_half_time_strokes_are_twice_as_far_apart():
    wanted = replace(PLAIN, half_time=(1,), breaks=())
    score = compose(wanted, np.random.default_rng(2))
    slow = next(e for e in score.eights if e.half_time)
    usual = next(e for e in score.eights if e.label == "verse" and not e.half_time)
    strokes = guira(wanted, score, np.random.default_rng(3))
    per = {e.start: sum(e.start <= s.beat < e.start + 8 for s in strokes) for e in (slow, usual)}
    assert per[slow.start] <= 0.6 * per[usual.start]


def test_the_low_drum_is_left_out_as_often_as_the_recipe_says():
    wanted = replace(PLAIN, hembra=0.5, breaks=())
    hits = fours = 0
    for seed in range(20):
        score = compose(wanted, np.random.default_rng(seed))
        strokes = bongo(wanted, score, np.random.default_rng(seed))
        for eight in score.eights:
            if not eight.fill and eight.start >= 0:
                fours += 2
                hits += sum(s.sound == "hembra" and s.beat in (eight.start + 3, eight.start + 7) for s in strokes)
    assert hits / fours == pytest.approx(0.5, abs=0.08)


def test_a_pushed_bass_sounds_before_the_bar_line_and_not_on_it():
    wanted = replace(PLAIN, bass_push=1.0, breaks=(), ending="cut")
    score = compose(wanted, np.random.default_rng(4))
    verse = [e for e in score.eights if e.label == "verse"]
    notes = {round(s.beat, 3): s for s in bass(wanted, score, np.random.default_rng(5))}
    pushed = [bar for e in verse[1:] for bar in (e.start,) if bar - 0.5 in notes and notes[bar - 0.5].length > 1.5]
    assert pushed
    for bar in pushed:
        assert notes[bar - 0.5].pitch == bass_pitch(chord_at(score.chords, bar), "root")


def test_nobody_plays_in_a_stop_and_what_rings_is_damped():
    score = compose(PLAIN, np.random.default_rng(6))
    eight = next(e for e in score.eights if e.stop == STOPS["stop5"])
    begin = eight.start + 4.0
    strokes = [
        Stroke(begin - 2.0, "bass", 1.0, 40, 3.0),
        Stroke(begin + 1.0, "bass", 1.0, 40),
        Stroke(-0.5, "macho", 1.0),
    ]
    kept = observe_stops(strokes, score)
    assert [s.beat for s in kept] == [begin - 2.0]
    assert kept[0].length == 2.0


def test_anticipated_chords_are_heard_early():
    chords = [Chord(0.0, 0.0, 9, "min"), Chord(4.0, 3.5, 7, "maj")]
    assert [chord_at(chords, b).root for b in (0.0, 3.4, 3.5, 4.0)] == [9, 9, 7, 7]


@given(pitch=st.integers(40, 90), root=st.integers(0, 11), quality=st.sampled_from(["maj", "min", "dom"]))
def test_notes_belong_to_their_chord_and_scale(pitch, root, quality):
    of = Chord(0.0, 0.0, root, quality)
    assert chord_tone_near(pitch, of) % 12 in of.tones
    assert abs(chord_tone_near(pitch, of) - pitch) <= 3
    assert (scale_near(pitch, root, "minor") - root) % 12 in (0, 2, 3, 5, 7, 8, 10)
    upward = voicing(of, pitch, 4)
    assert upward == sorted(set(upward)) and len(upward) == 4 and upward[0] >= pitch


@given(beat=st.floats(0, 100), ratio=st.floats(0.5, 0.67))
def test_swing_moves_off_beats_only(beat, ratio):
    assert swung(float(int(beat)), ratio) == int(beat)
    assert swung(int(beat) + 0.5, ratio) == pytest.approx(int(beat) + ratio)
    assert swung(beat, 0.5) == pytest.approx(beat)


@pytest.mark.parametrize("kind", ["machine", "human", "wander", "accelerando", "slowing", "walk", "ritardando"])
def test_tempo_curves_stay_within_their_depth(kind):
    curve = deviations(kind, 0.04, 200, np.random.default_rng(1))
    assert np.max(np.abs(curve[:-12])) <= 0.04 + 1e-9
    assert np.max(np.abs(curve)) <= 0.09 + 1e-9
    assert (np.ptp(curve) == 0) == (kind == "machine")


def test_hertz():
    assert hertz(69) == 440.0
    assert hertz(28) == pytest.approx(41.203, abs=0.001)


# Files


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "m4a", "opus"])
@pytest.mark.parametrize("channels", [1, 2])
def test_files_keep_time(plain, tmp_path, suffix, channels):
    """What is decoded lies where it was written: priming samples of lossy codecs are accounted for in the file."""
    part = plain[0][: 12 * SR]
    samples = part if channels == 1 else np.stack([part, part * 0.8])
    path = tmp_path / f"song.{suffix}"
    write(path, samples)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert stream.channels == channels
        resampler = av.AudioResampler("flt", "mono", SR)
        frames = [f for frame in container.decode(stream) for f in resampler.resample(frame)]
        heard = np.concatenate([f.to_ndarray().ravel() for f in [*frames, *resampler.resample(None)]])
    assert abs(len(heard) - len(part)) < 2048
    excerpt = part[5 * SR : 8 * SR]
    around = heard[5 * SR - 2000 : 8 * SR + 2000]
    shift = int(np.argmax(signal.correlate(around, excerpt, "valid"))) - 2000
    assert abs(shift) <= 22, "half a millisecond"


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(KeyError):
        write(tmp_path / "song.xyz", np.zeros(SR, dtype=np.float32))


def test_mp3_has_the_bit_rate_asked_for(plain, tmp_path):
    path = tmp_path / "song.mp3"
    part = plain[0][: 20 * SR]
    write(path, np.stack([part, part]))
    assert path.stat().st_size * 8 / 20 == pytest.approx(96_000, rel=0.05)
