"""The simulator's parts against what queueing theory knows in closed form."""

from __future__ import annotations

import math
from random import Random

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scale.gauge import Gauge
from benchmarks.scale.numbers import Spread
from benchmarks.scale.pool import Pool
from benchmarks.scale.rate import Rate
from benchmarks.scale.spread import draw, mean


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c. `load` in erlangs, less than `servers`. Erlang 1917."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


class Queue:
    """Customers of a pool, by their gaps and their times of service."""

    def __init__(self, servers: int) -> None:
        self.env = simpy.Environment()
        self.pool = Pool(self.env, servers)
        self.there = Gauge(self.env)
        self.waits: list[float] = []
        self.stays: list[float] = []

    def run(self, gaps: list[float], works: list[float]) -> None:
        self.env.process(self._arrivals(gaps, works))
        self.env.run()

    def _arrivals(self, gaps, works):
        for gap, work in zip(gaps, works, strict=True):
            yield self.env.timeout(gap)
            self.env.process(self._customer(work))

    def _customer(self, work):
        came = self.env.now
        self.there.add(1)
        yield from self.pool.take()
        self.waits.append(self.env.now - came)
        yield self.env.timeout(work)
        self.pool.give()
        self.there.add(-1)
        self.stays.append(self.env.now - came)


def exponentials(seed: str, rate: float, count: int) -> list[float]:
    chance = Random(seed)
    return [chance.expovariate(rate) for _ in range(count)]


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (4, 3.2), (20, 17.0)])
def test_waiting_in_a_pool_is_erlangs(servers: int, load: float):
    count = 25_000
    queue = Queue(servers)
    queue.run(exponentials(f"gaps {servers} {load}", load, count), exponentials(f"works {servers} {load}", 1.0, count))
    waits = erlang_c(servers, load)
    assert sum(w > 1e-12 for w in queue.waits) / count == pytest.approx(waits, rel=0.06)
    assert sum(queue.waits) / count == pytest.approx(waits / (servers - load), rel=0.12)


def test_waiting_for_constant_service_is_half_of_it():
    """M/D/1 after Pollaczek and Khinchine: half the wait of M/M/1 at the same load."""
    count, load = 25_000, 0.7
    queue = Queue(1)
    queue.run(exponentials("md1", load, count), [1.0] * count)
    assert sum(queue.waits) / count == pytest.approx(load / (2 * (1 - load)), rel=0.06)


seconds = st.floats(0, 50, allow_nan=False).map(lambda s: round(s, 3))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5), st.lists(st.tuples(seconds, seconds), min_size=1, max_size=40))
def test_littles_law_holds_exactly(servers: int, customers: list[tuple[float, float]]):
    """From empty to empty the number present, summed over time, is the sum of all stays: L = λW, whatever the order."""
    queue = Queue(servers)
    queue.run([gap for gap, _ in customers], [work for _, work in customers])
    assert len(queue.stays) == len(customers)
    assert queue.there.area == pytest.approx(sum(queue.stays), abs=1e-6)
    assert queue.pool.waiting.area == pytest.approx(sum(queue.waits), abs=1e-6)
    assert queue.pool.used.area == pytest.approx(sum(work for _, work in customers), abs=1e-6)
    assert (queue.there.level, queue.pool.used.level, queue.pool.waiting.level) == (0, 0, 0)
    assert queue.pool.used.peak <= servers


@settings(max_examples=150, deadline=None)
@given(
    st.floats(1, 600),
    st.floats(0.5, 60),
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3)), min_size=1, max_size=60),
)
def test_a_rate_lets_through_its_bucket_and_its_flow_and_no_more(per_minute, burst_s, asked):
    env = simpy.Environment()
    rate = Rate(env, per_minute, burst_s)
    passed: list[tuple[float, float]] = []

    def ask():
        for gap, units in asked:
            yield env.timeout(gap)
            if rate.allow(units):
                passed.append((env.now, min(units, max(1.0, per_minute / 60 * burst_s))))

    env.process(ask())
    env.run()
    size = max(1.0, per_minute / 60 * burst_s)
    for i, (began, _) in enumerate(passed):
        for j in range(i, len(passed)):
            let = sum(units for _, units in passed[i : j + 1])
            assert let <= size + per_minute / 60 * (passed[j][0] - began) + 1e-6
    assert rate.asked == sum(units for _, units in asked)
    assert rate.refused <= rate.asked
    assert passed, "a full bucket lets the first one through"


def test_a_rate_below_its_quota_refuses_nobody():
    env = simpy.Environment()
    rate = Rate(env, 60, 10)

    def ask():
        for _ in range(600):
            yield env.timeout(1)
            rate.allow()

    env.process(ask())
    env.run()
    assert rate.refused == 0
    assert rate.asked_per_minute == pytest.approx(60)


def spread(shape: str, median: float, p95: float | None = None) -> Spread:
    def number(value: float) -> dict[str, object]:
        return {"value": value, "unit": "s", "kind": "assumed", "source": "a test", "date": "2026-11-26"}

    document = {"shape": shape, "median": number(median)} | ({} if p95 is None else {"p95": number(p95)})
    return Spread.model_validate(document)


@pytest.mark.parametrize("given", [spread("constant", 3), spread("exponential", 3), spread("lognormal", 3, 9)])
def test_draws_have_the_spreads_median_mean_and_p95(given: Spread):
    chance = Random("draws")
    drawn = sorted(draw(given, chance) for _ in range(40_000))
    assert drawn[20_000] == pytest.approx(3, rel=0.03)
    assert sum(drawn) / len(drawn) == pytest.approx(mean(given), rel=0.03)
    if given.p95 is not None:
        assert drawn[38_000] == pytest.approx(9, rel=0.05)


@given(st.sampled_from([spread("constant", 2), spread("exponential", 2), spread("lognormal", 2, 3)]), st.integers())
def test_every_shape_takes_one_number_of_the_stream(given: Spread, seed: int):
    chance, other = Random(seed), Random(seed)
    assert draw(given, chance) > 0
    other.random()
    assert chance.random() == other.random()


def test_a_gauge_forgets_the_warm_up():
    env = simpy.Environment()
    gauge = Gauge(env, 4)

    def change():
        yield env.timeout(10)
        gauge.add(-3)
        gauge.restart()
        yield env.timeout(5)
        gauge.add(2)
        yield env.timeout(5)

    env.process(change())
    env.run()
    assert (gauge.mean, gauge.peak, gauge.level) == (2.0, 3.0, 3.0)


def test_a_large_wish_is_not_overtaken_and_try_take_never_waits():
    env = simpy.Environment()
    pool = Pool(env, 4)
    order = []

    def want(name, units, hold):
        yield from pool.take(units)
        order.append((name, env.now))
        yield env.timeout(hold)
        pool.give(units)

    env.process(want("first", 3, 10))
    env.process(want("large", 4, 1))
    env.process(want("small", 1, 1))
    env.run(until=1)
    assert pool.try_take(1) is False, "somebody is in line"
    env.run()
    assert order == [("first", 0), ("large", 10), ("small", 11)]
    assert pool.try_take(4)
    assert not pool.try_take(1)
    assert pool.refused == 2
