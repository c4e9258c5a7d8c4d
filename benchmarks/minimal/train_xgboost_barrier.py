"""XGBoost's collective in a barrier stage, with the tracker on the driver, as in XGBoost's tests of RabitTracker."""

import time

import common
import xgboost
from pyspark import BarrierTaskContext
from xgboost.tracker import RabitTracker


def train(trial, address):
    """Train on this task's rows."""
    rank = BarrierTaskContext.get().partitionId()
    with xgboost.collective.CommunicatorContext(**address):
        data = xgboost.QuantileDMatrix(*common.rows(trial, rank, trial.workers), max_bin=trial.bins)
        return xgboost.train(common.xgboost_settings(trial), data, num_boost_round=trial.trees)


trial = common.work()
session = common.spark(trial, task_cpus=str(trial.threads_per_worker))
tasks = session.sparkContext.parallelize(range(trial.workers), trial.workers).barrier()
tasks.mapPartitions(lambda _: [xgboost.__version__]).collect()  # each worker's first import is set-up
start = time.perf_counter()
tracker = RabitTracker(trial.workers, "127.0.0.1")
tracker.start()
address = tracker.worker_args()
tasks.mapPartitions(lambda _: [train(trial, address)]).collect()
print(time.perf_counter() - start)
