"""What exceeds a limit is said, each excess in a sentence; the committed figures exceed none."""

from __future__ import annotations

import dataclasses

import pytest

from tools.artefacts import ledger, limits
from tools.artefacts.measure import Start, Weight
from tools.artefacts.spec import ARTEFACTS

MAY = limits.Limits(
    artefacts={"job": limits.Limit(100, 2, 20.0, forbidden=("numpy",), answer_s=2.0)},
    reasons={"av": "video"},
    heavy_mb=5.0,
)
FINE = Weight(100.0, "0" * 64, ("bachata",), {"av": 15.0, "pydantic": 5.0})


def test_what_is_within_is_fine():
    assert list(limits.excesses("job", FINE, MAY)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"archive_kib": 101.0}, "job: 101 KiB of archive, more than 100"),
        ({"packages": {"a": 1.0, "b": 1.0, "c": 1.0}}, "job: 3 packages, more than 2"),
        ({"packages": {"av": 20.6}}, "job: 21 MB installed, more than 20"),
        ({"packages": {"numpy": 1.0}}, "job: carries numpy, which it must not"),
        ({"packages": {"scipy": 6.0}}, "job: scipy takes 6 MB; say why"),
    ],
)
def test_each_excess_is_a_sentence(change, sentence):
    (said,) = limits.excesses("job", dataclasses.replace(FINE, **change), MAY)
    assert said.startswith(sentence)


def test_a_limit_that_is_none_is_refused(tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text("heavy_mb = 5.0\n[job]\narchive_kib = 1\npackages = 1\ninstalled_mb = 1\nram = 1\n[reasons]\n")
    with pytest.raises(TypeError, match="ram"):
        limits.load(file)


def test_the_committed_limits_are_those_that_were_promised():
    may = limits.load().artefacts
    assert set(may) == {a.name for a in ARTEFACTS}
    job = may["assembler"]
    assert (job.packages, job.installed_mb) == (45, 240)
    assert "numpy" in job.forbidden
    assert [may[name].answer_s for name in ("finalize", "plan", "analyze")] == [1.5, 3.0, 4.0]


def test_the_committed_figures_are_within():
    may, measured = limits.load(), ledger.read()
    assert set(measured.weights) == set(measured.starts) == {a.name for a in ARTEFACTS}
    assert [e for name, weight in measured.weights.items() for e in limits.excesses(name, weight, may)] == []


def test_no_reason_is_stale():
    heavy = {p for w in ledger.read().weights.values() for p, mb in w.packages.items() if mb > limits.load().heavy_mb}
    assert set(limits.load().reasons) == heavy


def test_the_ledger_survives_its_file(tmp_path):
    there = ledger.Ledger("2026-11-26", "a machine", {"job": FINE}, {"job": {"url": Start(0.5, 40.0, 1.25, 1.0, 90.0)}})
    (tmp_path / "ledger.json").write_text(there.dump())
    assert ledger.read(tmp_path / "ledger.json") == there


def test_the_page_shows_figures_beside_their_limits():
    there = ledger.Ledger(
        "2026-11-26", "a machine", {"job": FINE}, {"job": {"url": Start(0.5, 40.0, 1.25, 1.0, 200.0)}}
    )
    page = ledger.page(there, MAY)
    assert "| job | 100 (≤ 100) | 1 | 2 (≤ 2) | 20 (≤ 20) | `000000000000…` |" in page
    assert "| job | url | 0.50 | 40 | 1.25 | ≤ 2 | 1.00 | 200 | 512 |" in page
    assert "| av | 15 | job | video |" in page
    assert "pydantic" not in page


@pytest.mark.parametrize(("peak", "size"), [(100.0, 512), (341.0, 512), (342.0, 1024), (700.0, 2048)])
def test_half_of_the_peak_stays_free(peak, size):
    assert ledger.memory(Start(0, 0, 0, 0, peak)) == size
