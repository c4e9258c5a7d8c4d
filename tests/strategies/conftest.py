"""What the tests of distributed strategies share: the answer of one process, and strategies with a fault in a rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, limits, plan, plugins, runner
from bench.testing.support import installed, make_tiny_dataset, run_trial

# The strategy as it is, but that its second rank does what FAULT says, at the moment that MOMENT says.
FAULTY = """
import os, signal, time
from bench import hookimpl
from strategies import _jobs, _ranks, {strategy} as own

train, fit = own.train, _ranks.fit
for name, value in {settings!r}.items():
    setattr(_jobs if hasattr(_jobs, name) else _ranks, name, value)
getattr(own, "ENVIRONMENT", {{}}).update({environment!r})

@hookimpl
def bench_strategy():
    return own.bench_strategy()

@hookimpl
def bench_setup(trial):
    return own.bench_setup(trial)

@hookimpl
def bench_train(trial, session):
    own.train = faulty
    return own.bench_train(trial, session)

@hookimpl
def bench_teardown(session):
    own.bench_teardown(session)

def faulty(trial, called_at):
    if "HOROVOD_RANK" in os.environ:
        rank = int(os.environ["HOROVOD_RANK"])
    else:
        from pyspark import BarrierTaskContext
        rank = BarrierTaskContext.get().partitionId()
    def fault(*arguments):
        {fault}
    if rank == 1 and {at_start}:
        fault()
    if rank == 1:
        _ranks.fit = fault
    return train(trial, called_at)
"""


@pytest.fixture(scope="session")
def shared_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The dataset that every `StrategyContract` makes for itself: the same rows."""
    return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="session")
def one_process(shared_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The record of the strategy `tensorflow`, which trains in one process."""
    return run_trial("tensorflow", shared_dataset, tmp_path_factory.mktemp("trial"))


@pytest.fixture
def faulty(shared_dataset: Dataset, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a strategy with two workers, the second of which has a fault, and return the record."""

    def run(
        strategy: str,
        fault: str,
        *,
        at_start: bool = False,
        timeout_s: float = 240.0,
        settings: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        source = tmp_path / "with_a_fault.py"
        source.write_text(
            FAULTY.format(
                strategy=strategy,
                fault=fault,
                at_start=at_start,
                settings=settings or {},
                environment=environment or {},
            )
        )
        with installed(tmp_path / "installed", {"with_a_fault": source}):
            facts = plugins.load("with_a_fault").strategy
            if reason := plugins.why_not(facts):
                pytest.skip(reason)
            request = plan.Request(workers=(2,), cores=limits.cores_available(), epochs=2)
            planned = plan.make(request, {"with_a_fault": facts}, shared_dataset)[0]
            log = tmp_path / "trial.log"
            record = runner.run(planned, run_name="test", environment="test", log=log, timeout_s=timeout_s)
        print(record["status"], record["reason"], record["phase"], record["wall_s"], log.read_text()[-4000:])  # noqa: T201
        return record

    return run


@pytest.fixture
def without_slots(shared_dataset: Dataset, tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Run a strategy with two workers on a local Spark that has one task slot, and return the record."""

    def run(strategy: str) -> dict[str, Any]:
        facts = plugins.load(strategy).strategy
        if reason := plugins.why_not(facts):
            pytest.skip(reason)
        planned = plan.make(plan.Request(master="local[1]", epochs=1), {strategy: facts}, shared_dataset)[0]
        planned = replace(planned, trial=replace(planned.trial, threads_per_worker=1))
        return runner.run(planned, run_name="test", environment="test", log=tmp_path / "trial.log", timeout_s=240.0)

    return run
