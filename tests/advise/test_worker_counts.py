"""Forecasts for more workers than were measured: what they are, and when they are refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.prospects import Prospect
from bench.advise.race import RaceState, alive
from bench.advise.stated import ask_strategies
from bench.problems.binary import BINARY
from bench.records.directory import Run
from tests.advise.measured import GIB, SIZES, Maker, fast, rung
from tests.report.made import MadeCase, make_run

Law = Callable[[float, int], float]
LARGEST = SIZES[-1]


def shared(rows: float, workers: int) -> float:
    """Work that divides, work that every worker does, and messages that grow with the workers."""
    return 2 + 2e-5 * rows / workers + 2e-6 * rows + 0.3 * workers


def measured(law: Law, counts: Sequence[int], memory: float = 300.0) -> list[Run]:
    """Runs of a strategy at all sizes with each number of workers."""
    return [
        rung(
            {
                "horovod": Maker(
                    lambda rows, workers=workers: law(rows, workers),
                    lambda rows, workers=workers: 1e8 * workers + memory * rows,
                    workers=workers,
                )
            },
            size,
        )
        for size in SIZES
        for workers in counts
    ]


def ask(runs: list[Run], *workers: int, rows: float = 4 * LARGEST) -> tuple[Advice, dict[int, Prospect]]:
    """Ask for more workers, and return the answer and each number's prospect."""
    advice = advise(runs, SizeQuestion(rows, workers=workers))
    return advice, {each.contender.workers: each for each in advice.field.prospects}


@pytest.mark.parametrize(
    "law",
    [
        shared,
        lambda rows, workers: 1 + 2e-5 * rows / workers,
        lambda rows, workers: 1 + 1e-5 * rows + 0 * workers,  # the cores of one machine: nothing to be gained
    ],
)
def test_eight_workers_from_one_two_and_four(law: Law) -> None:
    """The truth lies inside the interval, which is wider than that of a number that was measured."""
    _, found = ask(measured(law, (1, 2, 4)), 8)
    truth = law(4 * LARGEST, 8)
    assert found[8].time
    assert found[8].time.low95 <= truth <= found[8].time.high95
    assert found[8].time.high80 < 3 * truth
    assert found[4].time
    assert found[8].time.half95 > found[4].time.half95
    assert found[8].contender.name == "horovod (8 workers)"


def on_one_machine(rows: int, workers: int) -> Run:
    """A run of ranks that share eight cores: each has fewer of them the more there are, and nothing is gained."""
    stages = {"launch": 2.0, "train": 1 + 1e-5 * rows + 0.2 * (workers - 1)}
    case = MadeCase([sum(stages.values())], workers=workers, inner={name: [each] for name, each in stages.items()})
    name, request = f"run-{rows}-{workers}", {"workers": [1, 2, 4], "cores": 8}
    run = make_run([("xgboost_barrier", case)], name=name, dataset=f"t{rows}", rows=rows, repeats=1, request=request)
    for record in run.records:
        record["trial"].update(cores=8, threads_per_worker=8 // workers, trees=20, depth=6, bins=256)
    return run


def test_stated_terms_know_that_workers_share_cores() -> None:
    """Eight and sixteen ranks on eight cores take as long as four, and their messages."""
    runs = [on_one_machine(rows, workers) for rows in SIZES for workers in (1, 2, 4)]
    question = SizeQuestion(4 * LARGEST, workers=(8, 16))
    advice = advise(runs, question, ask_strategies(["xgboost_barrier"]))
    times = {each.contender.workers: each.time for each in advice.field.prospects}
    for workers in (8, 16):
        found = times[workers]
        assert found
        assert found.estimate == pytest.approx(3 + 1e-5 * 4 * LARGEST + 0.2 * (workers - 1), rel=0.02)


@pytest.mark.parametrize(
    ("counts", "asked", "code", "sentence"),
    [
        ((1, 2), 8, "few", "2 numbers of workers count, of 3"),
        ((2,), 4, "few", "1 numbers of workers count, of 3"),
        ((1, 2, 3), 16, "reach", "16 workers are 5.33 times those measured, and 4 are the most"),
    ],
)
def test_too_few_or_too_many_workers(counts: tuple[int, ...], asked: int, code: str, sentence: str) -> None:
    """A reason and what to measure, and no number."""
    _, found = ask(measured(shared, counts), asked)
    refusal = found[asked].refusal
    assert refusal
    assert refusal.code == code
    assert sentence in refusal.reason
    assert "measure it with" in refusal.next
    assert found[asked].time is None


def test_a_number_that_fewer_did_not_announce_is_refused() -> None:
    """Three workers take three times as long as two: nobody knows what six would take."""
    _, found = ask(measured(lambda rows, workers: 1 + 1e-5 * rows * (3 if workers > 2 else 1), (1, 2, 3)), 6)
    assert found[6].refusal
    assert found[6].refusal.code == "held-out"
    assert "its forecast missed 3 workers by" in found[6].refusal.reason
    assert found[6].refusal.next == "measure it with 4 workers, too"


def test_what_does_not_fit_is_refused() -> None:
    """The memory of all workers counts, since they share the machine."""
    _, found = ask(measured(shared, (1, 2, 4), memory=14 * GIB / (4 * LARGEST)), 8)
    assert found[8].refusal
    assert found[8].refusal.code == "memory"


def test_others_are_not_asked_for_more_workers() -> None:
    """A strategy of one process has no workers to add, and its forecast is what it was."""
    runs = [*measured(shared, (1, 2, 4)), *(rung({"xgboost": Maker(fast)}, size) for size in SIZES)]
    advice, found = ask(runs, 8)
    names = [each.contender.name for each in advice.field.prospects]
    assert sorted(names) == ["horovod", "horovod (2 workers)", "horovod (4 workers)", "horovod (8 workers)", "xgboost"]
    without = advise(runs, SizeQuestion(4 * LARGEST))
    same = {each.contender.name: each.time for each in without.field.prospects}
    assert all(same[each.contender.name] == each.time for each in advice.field.prospects if each.contender.workers < 8)
    del found


def test_numbers_that_more_workers_are_forecast_from_stay_in_the_race() -> None:
    """Few workers that are surely slower than others are measured on, as long as more of them are asked for."""
    runs = [*measured(shared, (1, 2, 4)), *(rung({"xgboost": Maker(fast)}, size) for size in SIZES)]
    advice, _ = ask(runs, 8)
    entrants = {("horovod", 1): True, ("horovod", 2): True, ("horovod", 4): True, ("xgboost", 1): False}
    state = RaceState(entrants, SIZES, SIZES[:4], 600.0, advice.field, BINARY.metrics[0])
    assert alive(state) == list(entrants)
    alone = replace(state, field=advise(runs, SizeQuestion(4 * LARGEST)).field)
    assert ("horovod", 1) not in alive(alone)
