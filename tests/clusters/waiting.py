"""A strategy whose ranks wait for as long as their rows take: a law that is known, on real executors."""

FACTS = """
@hookimpl
def bench_strategy():
    return Strategy(family="linear", needs=("pyspark",), distributed=True)
"""
SOURCE = """
import time

from bench import rows
from strategies.lib.spark import barrier
from strategies.lib.spark.session import stop_spark

@hookimpl
def bench_setup(trial):
    rows.import_libraries(1)
    return barrier.start(trial)

@hookimpl
def bench_train(trial, session):
    import numpy as np
    barrier.run(trial, session, wait)
    data = trial.dataset
    features, labels, _ = rows.open(data, "train").matrix(1)
    return np.linalg.lstsq((features - data.means) / data.stds, labels - data.label_mean, rcond=None)[0]

def wait(rank, trial):
    mine = rows.open(trial.dataset, "train").shard(rank.index, rank.world)
    time.sleep(5e-4 * len(mine.matrix(1)[1]))

@hookimpl
def bench_predict(trial, session, model):
    data = trial.dataset
    return rows.write_scores(trial, lambda x: (((x - data.means) / data.stds) @ model + 0.5).clip(0, 1).astype("f4"))

@hookimpl
def bench_teardown(session):
    stop_spark(session)
"""
