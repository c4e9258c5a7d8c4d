"""Prints what a step costs on one worker and on two, by the width of the network and the rows of a batch.

    uv run python benchmarks/distribution.py

Horovod's ranks of `strategies/network/horovod.py` on this machine, without Spark: one rank with all cores, or two with
half of them each. The network `wide` has several widths; `dcn` adds up the gradients of its tables, or gathers them.
A step is one behind the first call into TensorFlow. CPU seconds are those of all ranks; the wall time of a busy machine
says little. It takes three minutes of CPU time.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench import Dataset, Trial, networks, plugins
from bench.datasets.makers.synthetic import make_synthetic
from bench.machine.limits import cores_available
from bench.request import Request
from bench.runs import plan

WIDTHS, BATCHES = (256, 1024, 4096), (256, 1024, 4096)
TABLES = "columns=x0,x1,x2"  # hashed to 2^18 rows of 16 numbers each
WORK = 2.5e11  # floating-point operations of the steps that are timed, as near as whole steps allow
LEAST, MOST = 3, 200  # steps that are timed


@dataclass(frozen=True)
class Case:
    """A network and a batch.

    Attributes:
        network: The built-in network.
        argument: Its argument.
        batch: Rows of a global batch.
        dense: Whether gradients of tables are added up.
    """

    network: str
    argument: str
    batch: int
    dense: int = 1


CASES = (
    *(Case("wide", f"width={width}", batch) for width in WIDTHS for batch in BATCHES),
    *(Case("dcn", TABLES, batch, dense) for batch in BATCHES[1:] for dense in (1, 0)),
)


def main() -> None:
    """Measure all cases with one rank and with two, and print a table."""
    print(f"load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["BENCH_DATA"] = directory
        dataset = make_synthetic(500_000, features=25).dataset
        one, two = (_measure(dataset, workers) for workers in (1, 2))
    print("network  argument      batch  gradients   rule    W=1: wall     CPU    W=2: wall    CPU exchange  CPU ratio")
    for case, alone, both in zip(CASES, one, two, strict=True):
        bytes_sent = f"{both['bytes'] / 1e6:>6.2f} MB"
        argument = case.argument if case.network == "wide" else ("added up", "gathered")[1 - case.dense]
        print(
            f"{case.network:<8} {argument:<12} {case.batch:>6}  {bytes_sent}  {0.75 * case.batch:>6,.0f}  "
            f"{1000 * alone['wall']:>9,.0f} ms {1000 * alone['cpu']:>6,.0f}  {1000 * both['wall']:>8,.0f} ms "
            f"{1000 * both['cpu']:>6,.0f}  {both['share']:>7.0%}  {both['cpu'] / alone['cpu']:>10.2f}"
        )
    print(f"load after: {os.getloadavg()[0]:.1f}")


def _measure(dataset: Dataset, workers: int) -> list[dict[str, float]]:
    """Return the seconds of a step of each case with a number of ranks."""
    import horovod

    trials = [_trial(case, dataset, workers) for case in CASES]
    told: Sequence[list[dict[str, float]]] = horovod.run(rank_steps, (trials,), np=workers, use_gloo=True)
    return [
        {
            "wall": max(rank["wall"] for rank in ranks),
            "cpu": sum(rank["cpu"] for rank in ranks),
            "share": sum(rank["share"] for rank in ranks) / workers,
            "bytes": ranks[0]["bytes"],
        }
        for ranks in zip(*told, strict=True)
    ]


def _trial(case: Case, dataset: Dataset, workers: int) -> Trial:
    request = Request(
        workers=(workers,),
        cores=cores_available(),
        epochs=1,
        batch_size=(case.batch,),
        sparse_as_dense=case.dense,
        network=case.network,
    )
    given = networks.find(case.network, [case.argument])
    return plan.make(request, {"horovod": plugins.load("horovod").strategy}, dataset, network=given)[0].trial


def rank_steps(trials: Sequence[Trial]) -> list[dict[str, float]]:
    """Return the seconds of a step of each trial, in a rank.

    Args:
        trials: The trials.
    """
    from strategies.lib.keras import ranks

    tf = ranks.import_tensorflow(trials[0])
    import horovod.tensorflow.keras as hvd

    hvd.init()
    return [_steps(tf, hvd, trial) for trial in trials]


def _steps(tf: Any, hvd: Any, trial: Trial) -> dict[str, float]:
    from strategies.lib.keras import network, ranks
    from strategies.lib.keras.gradients import GradientExchange
    from strategies.lib.ranks import shares
    from strategies.lib.ranks.laps import Laps
    from strategies.network import horovod

    tf.keras.backend.clear_session()
    exchange = GradientExchange(tf, sparse_as_dense=bool(trial.sparse_as_dense))
    mine = shares.open_share(trial, hvd.rank(), hvd.size())
    model = ranks.compiled(tf, trial, mine, lambda optimiser: exchange.wrap(hvd, optimiser))
    horovod.broadcast(model)
    parameters = sum(int(weight.shape.num_elements()) for weight in model.trainable_weights)
    at_once = network.steps_per_execution(model, trial)
    timed = max(LEAST, min(MOST, int(WORK / (6 * parameters * trial.batch_size))))
    steps = min(mine.steps, at_once * (1 + -(-timed // at_once)))
    features, labels, _ = shares.read(trial, mine)
    rows = steps * mine.batch
    local = replace(trial, batch_size=mine.batch, clock=None)
    data, _ = network.train_batches(tf, features[:rows], labels[:rows], None, local)
    marks: list[float] = []
    laps = Laps(time.time())
    measures = ranks.fit(
        tf, trial, model, data, steps, laps, lambda: marks.append(time.process_time()), lambda: exchange.seconds
    )
    wall = laps.seconds["train"] + laps.seconds["allreduce"]
    dense = 4.0 * parameters if hvd.size() > 1 else 0.0
    handed = exchange.bytes_per_step(steps) or {"allreduce_bytes_per_step": dense}
    return {
        "wall": wall / measures["steps_timed"],
        "cpu": (marks[-1] - marks[0]) / measures["steps_timed"],
        "share": laps.seconds["allreduce"] / wall,
        "bytes": sum(handed.values()),
    }


if __name__ == "__main__":
    main()
