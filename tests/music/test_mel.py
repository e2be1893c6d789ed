"""The filterbank is librosa's, to the last bit, and what its definition says."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.music.decode import RATE
from bachata.music.features import MELS
from bachata.music.mel import mel_bank, mel_frequencies


def test_ours_is_librosas():
    theirs = librosa.filters.mel(sr=RATE, n_fft=1024, n_mels=MELS, fmin=30.0, fmax=RATE / 2, dtype=np.float32)
    ours = mel_bank(RATE, 1024, MELS, 30.0, RATE / 2)
    assert ours.dtype == theirs.dtype == np.float32
    assert np.array_equal(ours, theirs)


@given(
    count=st.integers(2, 128),
    low=st.floats(0.0, 2_000.0),
    width=st.floats(100.0, 9_000.0),
    window=st.sampled_from([256, 512, 1024, 2048]),
)
def test_it_is_librosas_for_any_range(count, low, width, window):
    high = low + width
    assert np.array_equal(mel_frequencies(count, low, high), librosa.mel_frequencies(n_mels=count, fmin=low, fmax=high))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)  # librosa warns of bands narrower than a bin
        theirs = librosa.filters.mel(sr=RATE, n_fft=window, n_mels=count, fmin=low, fmax=high)
    assert np.allclose(mel_bank(RATE, window, count, low, high), theirs, rtol=1e-6, atol=0)


def test_wide_triangles_have_unit_area():
    bank = mel_bank(RATE, 65_536, 40, 30.0, RATE / 2)
    assert np.allclose(bank.sum(axis=1) * RATE / 65_536, 1.0, atol=1e-3)
