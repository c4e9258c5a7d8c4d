"""Lloyd's algorithm on the ranks of a Spark barrier stage: W workers, each reading its own rows straight from Parquet.

Spark only starts the ranks. In each step a rank sums up its rows by their nearest centre, with NumPy, and the ranks'
sums of k x (features + 1) numbers are added up by the driver, over sockets: ``allGather`` of the stage takes a second,
in which it does nothing but wait.

Knobs: ``spark.task.cpus`` and Arrow have cores/W threads; as many threads of Python's take one block of rows after
another, which fits the processor's cache with its distances, while BLAS has one, so that no thread waits for another
within a block; sums over blocks in float64. All ranks get the same sums, so that their centres are equal to the last
bit. The given centres to begin with, and the trial's steps. A cluster that loses all its rows keeps its centre.

Spark's documentation has barrier stages for tasks that must all run at once, and ``allGather`` for their messages:
https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.BarrierTaskContext.html
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench import Strategy, hookimpl, scaling
from strategies.lib.clustering.standard import initial_centres, rows_at_once, standardise
from strategies.lib.ranks import reports, threads
from strategies.lib.ranks.watchdog import guard_rank
from strategies.lib.spark import barrier, shards, sums
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="kmeans",
        needs=("pyspark", "pyarrow", "threadpoolctl"),
        install="tf-spark-bench[spark]",
        distributed=True,
        tasks=("cluster",),
        recommended="rows that lie in Parquet where every worker can read them, on a cluster that Spark runs",
    )


@hookimpl
def bench_setup(trial):
    return barrier.start(trial, "threadpoolctl")


@hookimpl
def bench_train(trial, session):
    with sums.serve(trial, session) as address:
        function = partial(train_rank, address, initial_centres(trial))
        return reports.agree(trial, barrier.run(trial, session, function))


def train_rank(address, centres, rank, trial):
    """Take the trial's steps on this rank's rows, together with the other ranks.

    Args:
        address: Where the ranks' sums are added up.
        centres: To begin with, float32 of shape (clusters, features).
        rank: This rank.
        trial: The trial.

    Returns:
        The rank's `strategies.lib.ranks.reports.RankReport`, with float64 centres of the same shape.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    features = standardise(shards.read(rank, trial)[0], trial.dataset)
    rank.laps.end("load")
    centres = centres.astype(np.float64)
    with (
        threadpool_limits(1, "blas"),
        ThreadPoolExecutor(trial.threads_per_worker) as pool,
        guard_rank() as alive,
        sums.connect(address, rank.index) as add,
    ):
        add(np.zeros(1))
        rank.laps.end("rendezvous")
        for _ in range(trial.iterations):
            total = add(by_cluster(pool, features, centres, alive))
            counts = total[:, -1:]
            centres = np.where(counts > 0, total[:, :-1] / np.maximum(counts, 1), centres)
        rank.laps.end("train")
    return reports.RankReport(
        seconds=rank.laps.seconds,
        digest=reports.digest(centres.tobytes()),
        rows=len(features),
        threads=threads.read_back(),
        model=centres if rank.index == 0 else None,
    )


def by_cluster(pool, features, centres, alive):
    """Return, for each centre, the sum of the rows that are nearest to it, and their number in the last column.

    Args:
        pool: Threads, each of which takes a block of rows at a time.
        features: Standardised, float32 of shape (rows, features).
        centres: float64 of shape (clusters, features).
        alive: Function to call whenever work goes on.

    Returns:
        float64 of shape (clusters, features + 1).
    """
    import numpy as np

    clusters, width = centres.shape
    lengths = np.einsum("kf,kf->k", centres, centres).astype(np.float32)
    twice = np.float32(2 * centres.T)
    step = rows_at_once(clusters, width)

    def of_block(start):
        block = features[start : start + step]
        nearest = (lengths - block @ twice).argmin(axis=1)
        marks = np.zeros((len(block), clusters), np.float32)
        marks[np.arange(len(block)), nearest] = 1
        return np.column_stack([marks.T @ block, np.bincount(nearest, minlength=clusters)])

    found = np.zeros((clusters, width + 1))
    for part in pool.map(of_block, range(0, len(features), step)):
        alive()
        found += part
    return found


@hookimpl
def bench_scaling(at):
    # The driver adds up what every rank sends.
    train = {**scaling.linear(at), "sums": float(at.workers * at.settings["iterations"])}
    return scaling.fixed("launch", "rendezvous") | {"train": train}


@hookimpl
def bench_teardown(session):
    stop_spark(session)
