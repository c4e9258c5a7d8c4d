"""LightGBM's own socket network inside a Spark barrier stage: W workers, each reading its own rows from Parquet.

Spark only starts the ranks and tells them each other's address and port. SynapseML, the other way to have LightGBM on
Spark, comes as a Java package.

Knobs: ``tree_learner=data``, since there are more rows than features; ``pre_partition``, since each rank has its own
rows; ``num_threads``, ``spark.task.cpus``, OpenMP and Arrow all have cores/W threads; ``time_out`` of two minutes
(default two hours); the trial's trees, depth, bins and rate, the same as for every other strategy of this family. Each
port is chosen by the operating system; LightGBM listens on it at every address of the host, and cannot be told which.

LightGBM's documentation recommends the data-parallel learner for many rows and few features, and a cluster for data
too large for one machine: https://lightgbm.readthedocs.io/en/stable/Parallel-Learning-Guide.html
"""

import re
import socket
from functools import partial

from bench import Strategy, hookimpl, scaling
from strategies.lib.ranks import reports, threads, watchdog
from strategies.lib.ranks.errors import RankError
from strategies.lib.spark import barrier, shards
from strategies.lib.spark.session import stop_spark
from strategies.lib.trees import lightgbm as lightgbm_trees

ROWS_PER_BIN = 10  # a rank finds the borders of its share of the features' bins in its own rows: with fewer, by chance
PORT_ATTEMPTS = 3


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark", "lightgbm", "pyarrow"),
        install="tf-spark-bench[spark,lightgbm]",
        distributed=True,
        reads="piped",
        problems=lightgbm_trees.PROBLEMS,
        weights=True,
        most_categories=lightgbm_trees.MOST_CATEGORIES,
        recommended="more rows than one machine's memory holds, and few features",
    )


@hookimpl
def bench_setup(trial):
    return barrier.start(trial, "lightgbm", "threadpoolctl")


@hookimpl
def bench_train(trial, session):
    for attempt in range(1, PORT_ATTEMPTS + 1):
        trial.note("port_attempts", attempt)
        try:
            return reports.agree(trial, barrier.run(trial, session, train_rank))
        except RankError as error:
            # Another process took a port in the moment between our letting go of it and LightGBM's taking it. The other
            # ranks are inside LightGBM by then, which only their end gets them out of.
            if attempt == PORT_ATTEMPTS or not re.search(r"Binding port \d+ failed", str(error)):
                raise


def train_rank(rank, trial):
    """Train on this rank's rows, together with the other ranks.

    Args:
        rank: This rank.
        trial: The trial.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`.
    """
    import lightgbm

    # Each rank holds its port until all have chosen: ranks on one host must not be given the same.
    with socket.socket() as probe, rank.meet() as shared:
        features, labels, weights = shards.read(rank, trial)
        check_rows(len(labels), trial)
        probe.bind((rank.address(), 0))
        shared.own = probe.getsockname()
    own = lightgbm_trees.settings(trial)
    # LightGBM joins its network when a booster is made, and must have joined when rows are binned.
    # Its own limit is whole minutes, and one that leaves early makes the others spin: LightGBM reads a closed
    # connection as "nothing yet".
    with watchdog.guard_rank() as alive:
        known = lightgbm_trees.categories(trial.dataset)
        # Unlike `lightgbm.train`, a booster does not tell the rows how many bins they are to have: 255 by default.
        data = lightgbm.Dataset(features, labels, weight=weights, params=own, **known)
        booster = lightgbm.Booster(own | network(rank, shared.all), data)
        rank.laps.end("bin")
        for _ in range(trial.trees):
            alive()
            booster.update()
        rank.laps.end("train")
    # Nobody waits for this rank any more: in the last exchange each has received what the others sent.
    booster.free_network()
    rank.laps.end("leave")
    trees, _, parameters = booster.model_to_string().partition("\nparameters:")
    used = int(parameters.partition("[num_threads: ")[2].partition("]")[0])
    return reports.RankReport(
        seconds=rank.laps.seconds,
        digest=reports.digest(trees.encode()),
        rows=len(labels),
        threads=threads.read_back() | {"lightgbm": used},
        model=trees if rank.index == 0 else None,
    )


def check_rows(rows, trial):
    """Refuse a shard so small that its bins would be chance.

    Args:
        rows: Rows of this rank.
        trial: The trial.

    Raises:
        RankError: There are too few; all other ranks raise with this one.
    """
    if rows < (least := ROWS_PER_BIN * trial.bins):
        raise RankError(
            f"A rank has {rows} rows, and LightGBM needs {least} on each for {trial.bins} bins: lower --workers."
        )


def network(rank, machines):
    """Return LightGBM's settings for training with the other ranks.

    Args:
        rank: This rank.
        machines: Address and port of each rank.
    """
    return {
        "tree_learner": "data",
        "pre_partition": True,
        "machines": ",".join(f"{address}:{port}" for address, port in machines),
        "num_machines": rank.world,
        "local_listen_port": machines[rank.index][1],
        "time_out": max(1, watchdog.SECONDS_TO_WAIT // 60),  # minutes
    }


@hookimpl
def bench_predict(trial, session, model):
    return shards.score(trial, session, partial(load, model))


def load(model, threads):
    """Return a function that turns features, float32 of shape (rows, features), into scores.

    Args:
        model: The model as text.
        threads: Threads to score with.
    """
    import lightgbm

    return partial(lightgbm.Booster(model_str=model).predict, num_threads=threads)


@hookimpl
def bench_scaling(at):
    settings = at.settings
    # Histograms of all features go around for each level of a tree.
    histograms = scaling.ring(at.workers, at.features * settings["bins"], settings["trees"] * settings["depth"])
    stated = scaling.fixed("launch", "rendezvous", "leave") | {"train": scaling.linear(at) | histograms}
    return stated | lightgbm_trees.limit(at)


@hookimpl
def bench_teardown(session):
    stop_spark(session)
