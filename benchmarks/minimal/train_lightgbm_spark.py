"""LightGBM's own network in a barrier stage, as in LightGBM's "Distributed Learning Guide"."""

import socket
import time

import common
import lightgbm
from pyspark import BarrierTaskContext


def train(trial):
    """Train on this task's rows."""
    context = BarrierTaskContext.get()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        machines = context.allGather(f"127.0.0.1:{probe.getsockname()[1]}")
    network = {
        "tree_learner": "data",
        "pre_partition": True,
        "machines": ",".join(machines),
        "num_machines": len(machines),
        "local_listen_port": int(machines[context.partitionId()].rpartition(":")[2]),
    }
    data = lightgbm.Dataset(*common.rows(trial, context.partitionId(), trial.workers))
    settings = common.lightgbm_settings(trial) | network
    return lightgbm.train(settings, data, num_boost_round=trial.trees).model_to_string()


trial = common.work()
session = common.spark(trial, task_cpus=str(trial.threads_per_worker))
tasks = session.sparkContext.parallelize(range(trial.workers), trial.workers).barrier()
tasks.mapPartitions(lambda _: [lightgbm.__version__]).collect()  # each worker's first import is set-up
start = time.perf_counter()
tasks.mapPartitions(lambda _: [train(trial)]).collect()
print(time.perf_counter() - start)
