"""A slow link moves the costs of a message and of a value around the ring, and the advice with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.prospects import Prospect
from bench.advise.stated import ask_strategies
from bench.records.directory import Run
from bench.scaling import Scale, steps
from tests.advise.clusters import Cluster
from tests.advise.measured import SIZES
from tests.advise.rings import Link, step_s

COUNTS = (1, 2, 3, 4)
VALUES = 60_000  # of a gradient
LINKS = {"fast": Link(), "late": Link(latency_s=0.02), "narrow": Link(bytes_per_s=6e6)}
ASKED = 4.0 * SIZES[-1]
SETTINGS = {"epochs": 5, "batch_size": 1024}


@pytest.fixture(scope="module")
def exchanged() -> Mapping[str, Mapping[int, float]]:
    """The measured seconds of an all-reduce by link and number of workers."""
    return {name: {count: step_s(count, VALUES, link) for count in COUNTS} for name, link in LINKS.items()}


def answer(step: Mapping[int, float], counts: Sequence[int] = COUNTS) -> Advice:
    """Ask about more rows and eight workers, of trainings that compute and exchange gradients in each step."""

    def exchange(rows: float, workers: int) -> float:
        return steps(Scale(rows, 3, settings=SETTINGS)) * step[workers]

    cluster = Cluster(lambda rows, workers: 2 + 2e-4 * rows / workers + exchange(rows, workers), counts)
    runs = [_with_exchange(run, exchange) for run in cluster.runs()]
    return advise(runs, SizeQuestion(ASKED, workers=(8,)), ask_strategies(["horovod"]))


def _with_exchange(run: Run, exchange) -> Run:  # type: ignore[no-untyped-def]
    for record in run.records:
        trial = record["trial"]
        trial.update(SETTINGS, family="mlp")
        seconds = exchange(run.run["dataset"]["train_rows"], trial["workers"]) or 1e-3  # one worker waits for nobody
        rest = max(0.0, record["time_to_model_s"] - seconds - 0.01)
        record["inner"] = {"train": [rest] * trial["workers"], "allreduce": [seconds] * trial["workers"]}
    return run


def eight(advice: Advice) -> Prospect:
    """What is known of eight workers."""
    return next(each for each in advice.field.prospects if each.contender.workers == 8)


def costs(advice: Advice) -> tuple[float, float]:
    """The seconds of a message, and of a whole gradient that is sent."""
    law = eight(advice).law
    assert law, eight(advice).refusal
    found = law.law.weights["allreduce"]
    return found["ring messages"], found["values sent"]


def test_a_slow_link_moves_the_ring_and_the_advice(exchanged: Mapping[str, Mapping[int, float]]) -> None:
    """A link that is late makes messages dear, a narrow one values; more workers pay on the fast one only."""
    found = {name: answer(step) for name, step in exchanged.items()}
    message, value = ({name: costs(each)[place] for name, each in found.items()} for place in (0, 1))
    assert message["late"] > 5 * message["fast"]
    assert message["late"] > 0.5 * LINKS["late"].latency_s
    assert value["narrow"] > 5 * value["fast"]
    assert value["narrow"] > 0.5 * 4 * VALUES / LINKS["narrow"].bytes_per_s
    best = {name: each.field.prospects[0].contender.workers for name, each in found.items()}
    assert best["fast"] == 8
    assert best["late"] < best["fast"]
    assert best["narrow"] < best["fast"]
    times = {name: time.estimate for name, advice in found.items() if (time := eight(advice).time)}
    assert times["late"] > times["narrow"] > times["fast"]


def test_three_counts_are_enough(exchanged: Mapping[str, Mapping[int, float]]) -> None:
    """From one, two and three workers the late link is told from the fast one, too."""
    late, fast = (answer(exchanged[name], COUNTS[:3]) for name in ("late", "fast"))
    assert costs(late)[0] > 5 * costs(fast)[0]
    assert late.field.prospects[0].contender.workers < fast.field.prospects[0].contender.workers == 8
