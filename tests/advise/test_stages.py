"""Each stage of a composed pipeline is forecast by terms of its own: the engine's, the trainer's, the writing's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bench.advise.advice import SizeQuestion, advise
from bench.advise.contenders import contenders
from bench.advise.fit import SizePoint, TermsOf, fit, no_terms
from bench.advise.stated import ask_strategies
from bench.advise.worker_counts import spread
from bench.records.directory import Run
from bench.scaling import Scale, ring, shuffle
from tests.advise.measured import SIZES
from tests.report.made import MadeCase, make_run

NAME = "spark+barrier_arrow+lightgbm_spark"
COUNTS = (1, 2, 4)
SETTINGS = {"trees": 20, "depth": 6, "bins": 256}
ROWS = [2e5 * 2.0**power for power in range(5)]
Stages = Callable[[Scale], Mapping[str, float]]


def nodes(rows: float, workers: int) -> Scale:
    """The scale of nodes with a core each."""
    return Scale(rows, 28, workers, workers, settings=SETTINGS)


def one_machine(rows: float, workers: int) -> Scale:
    """The scale of workers that share 16 cores."""
    return Scale(rows, 28, workers, 16, 16 // workers, SETTINGS)


def trained(at: Scale) -> float:
    """Seconds of ranks that send each other histograms: a start, their rows, and 120 exchanges."""
    sent = ring(at.workers, at.features * SETTINGS["bins"], SETTINGS["trees"] * SETTINGS["depth"])
    return 3 + 4e-6 * at.values_of_a_core + 4e-3 * sent["ring messages"] + 2e-8 * sent["values sent"]


def of_cores(at: Scale) -> Mapping[str, float]:
    """Stages whose work the cores divide, but for the writing."""
    return {
        "etl": 4 + 2e-6 * at.values_of_a_core,
        "handoff": 1 + 5e-7 * at.values_of_a_core,
        "train": trained(at),
        "predict": 0.5 + 4e-7 * at.values_of_a_core,
        "write": 0.2 + 1e-8 * at.rows * at.features,
    }


def on_a_cluster(at: Scale) -> Mapping[str, float]:
    """Joins of the engine send rows around between the nodes, as does the hand-off."""
    alone, sent = of_cores(at), shuffle(at)["values shuffled"]
    return {**alone, "etl": alone["etl"] + 3e-6 * sent, "handoff": alone["handoff"] + 1e-6 * sent}


@pytest.mark.parametrize(
    ("scale", "truth"), [(nodes, on_a_cluster), (one_machine, of_cores)], ids=["cluster", "one machine"]
)
def test_stages_tell_what_more_workers_take(scale: Callable[[float, int], Scale], truth: Stages) -> None:
    """From 1, 2 and 4 workers to 16, and 16 times the rows: better than all stages together, in the median."""
    stated = ask_strategies([NAME])[NAME].time
    random, asked = np.random.default_rng(3), scale(16 * ROWS[-1], 16)
    missed: dict[TermsOf, list[float]] = {stated: [], no_terms: []}
    for _ in range(40):
        points = []
        for at in (scale(rows, count) for rows in ROWS for count in COUNTS):
            parts = {name: seconds * float(np.exp(random.normal(0, 0.04))) for name, seconds in truth(at).items()}
            points.append(SizePoint(at, sum(parts.values()), parts))
        for terms, found in missed.items():
            found.append(abs(np.log(fit(points, spread(terms))(asked) / sum(truth(asked).values()))))
    assert np.expm1(np.quantile(missed[stated], 0.9)) <= 0.05
    assert np.median(missed[stated]) <= np.median(missed[no_terms])


def measured(rows: int, count: int) -> Run:
    """A run of the pipeline on one machine, with its stages beside its time, and phases inside of one."""
    stages = of_cores(one_machine(rows, count))
    inner = {name: [seconds] for name, seconds in stages.items()}
    case = MadeCase([sum(stages.values())], workers=count, inner={**inner, "train.launch": [3.0] * count})
    name, request = f"run-{rows}-{count}", {"workers": [*COUNTS], "cores": 16}
    run = make_run(
        [(NAME, case)], name=name, task="pipeline", dataset=f"t{rows}", rows=rows, repeats=1, request=request
    )
    run.run["dataset"]["features"] = [f"f{place}" for place in range(28)]
    for record in run.records:
        record["trial"].update(cores=16, threads_per_worker=16 // count, **SETTINGS)
    return run


def test_records_have_the_stages() -> None:
    """They are the parts of the time, and phases inside a stage are none; 1, 2 and 4 workers tell of eight."""
    runs = [measured(rows, count) for rows in SIZES for count in COUNTS]
    first = contenders(runs, "pipeline")[0].points[0]
    assert first.parts == pytest.approx(of_cores(first.at))
    advice = advise(runs, SizeQuestion(16 * SIZES[-1], workers=(8,)), ask_strategies([NAME]))
    found = next(each for each in advice.field.prospects if each.contender.workers == 8)
    assert found.time, found.refusal
    assert found.time.estimate == pytest.approx(sum(of_cores(one_machine(16 * SIZES[-1], 8)).values()), rel=0.05)
