"""The document of numbers says where each comes from, and what it quotes is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.cost.prices import PRICES
from benchmarks.cost.prices import load as load_prices
from benchmarks.scale.inputs import INPUTS, load
from benchmarks.scale.numbers import InvalidInputs, Number, Part, numbers

ROOT = Path(__file__).parents[2]
FILES = {"measured", "configured"}


def quoting() -> dict[str, Number]:
    documents: tuple[Part, ...] = (load(), load_prices())
    return {path: n for d in documents for path, n in numbers(d).items() if n.kind in FILES}


@pytest.mark.parametrize("path", quoting())
def test_what_was_measured_or_configured_stands_in_the_named_file(path: str):
    number = quoting()[path]
    file = ROOT / number.source
    assert number.quote in file.read_text(encoding="utf-8"), f"{path}: read {number.source} again"


def digits(text: str) -> set[float]:
    return {float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)}


@pytest.mark.parametrize("path", [p for p, n in quoting().items() if n.derived is None])
def test_a_quote_holds_its_number(path: str):
    number = quoting()[path]
    assert number.value in digits(number.quote or "")


def test_guesses_and_pages_are_said_to_be_such():
    found = [*numbers(load()).items(), *numbers(load_prices()).items()]
    assert len(found) > 80
    for path, number in found:
        if number.kind in {"documented", "remembered", "reported"}:
            assert re.match(r"[a-z0-9.-]+\.(com|dev)/|cloud-sql-python-connector", number.source), path
        assert number.unit, path


def written(tmp_path: Path, change: tuple[str, str], source: Path = INPUTS) -> Path:
    old, new = change
    text = source.read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / "inputs.toml"
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[load]", "[loud]"), ["load: Field required", "loud: Extra inputs"]),
        (('kind = "assumed", source = "half', 'kind = "certain", source = "half'), ["load.known_songs.kind"]),
        (('value = 0.5, unit = "of', 'value = 1.5, unit = "of'), ["load.known_songs", "at most 1"]),
        (("vcpu = { value = 200", "vcpu = { value = 0"), ["run.vcpu", "more than 0"]),
        (("executions = { value = 10000", "executions = { value = -1"), ["workflow.executions.value"]),
        (('quote = "max_retries: 4"', 'derived = "4"'), ["workflow.retries", "quotes the line"]),
        (("median = { value = 0.5", "median = { value = 50"), ["workflow.delivery_s", "p95 is less"]),
        (('shape = "lognormal"', 'shape = "constant"'), ["workflow.delivery_s", "lognormal spread has a p95"]),
        (('"run.vcpu" = 600', '"run.cores" = 600'), ["run.cores names no number"]),
        (("date = 2026-11-26", ""), ["burst_s.date: Field required"]),
        (("[load]", "[load"), ["is not TOML"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(tmp_path: Path, change: tuple[str, str], said: list[str]):
    with pytest.raises(InvalidInputs) as caught:
        load(written(tmp_path, change))
    assert [part for part in said if part not in str(caught.value)] == []


def test_all_faults_are_named_at_once(tmp_path: Path):
    broken = written(tmp_path, ("vcpu = { value = 200", "vcpu = { value = 0"))
    with pytest.raises(InvalidInputs) as caught:
        load(written(tmp_path, ("[gemini] ", "[gemini]\nbold = true #"), broken))
    assert "run.vcpu" in str(caught.value)
    assert "gemini.bold" in str(caught.value)


def test_a_price_list_is_held_to_the_same(tmp_path: Path):
    with pytest.raises(InvalidInputs, match=r"prices\.egress_gb: Field required"):
        load_prices(written(tmp_path, ("egress_gb =", "ingress_gb ="), PRICES))


def test_a_number_may_have_a_date_of_its_own(tmp_path: Path):
    dated = load(written(tmp_path, ('unit = "vCPU, all', 'date = 2026-01-31, unit = "vCPU, all')))
    assert str(dated.run.vcpu.date) == "2026-01-31"
    assert str(dated.run.executions.date) == "2026-11-26"


def test_other_values_leave_the_rest_alone():
    inputs = load()
    other = inputs.with_values({"run.vcpu": 7, "job.start_s.median": 3})
    assert (other.run.vcpu.value, other.job.start_s.median.value) == (7, 3)
    assert other.run.vcpu.source == inputs.run.vcpu.source
    assert inputs.run.vcpu.value == 200
    changed = {p for p, n in numbers(inputs).items() if other.number(p) != n}
    assert changed == {"run.vcpu", "job.start_s.median"}


@pytest.mark.parametrize("path", ["run", "run.cores", "", "run.vcpu.value"])
def test_a_path_that_names_no_number(path: str):
    with pytest.raises(ValueError, match="names no number"):
        load().with_values({path: 1})


def test_changes_make_things_larger():
    inputs = load()
    after = inputs.changed()
    for change in inputs.changes:
        for path in change.values:
            assert after.number(path).value > inputs.number(path).value, change.name
