"""Prints facts of the strategy `xgboost_spark` and its Spark session, as JSON; ``python observe_spark.py DIR``."""

import json
import os
import sys
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from bench.trial.timeline import EventClock, read_events
from bench.trial.wire import read_trial
from strategies.trees import xgboost_spark

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))


def damaged_copy() -> str:
    """Copy the test split with one flipped byte in a page, and return its path."""
    source = next(Path(trial.dataset.split("test")).glob("*.parquet"))
    column = pq.read_metadata(source).row_group(0).column(1)
    content = bytearray(source.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 10] ^= 1
    target = directory / "damaged.parquet"
    target.write_bytes(content)
    return str(target)


def error_on_reading(spark, path: str) -> str:
    """Return Spark's error when it reads all columns of a file."""
    try:
        spark.read.parquet(path).toPandas()
    except Exception as error:
        return str(error)
    return ""


def worker_facts(_):
    """Return the facts that a task sees."""
    return [(sys.executable, os.environ["OMP_NUM_THREADS"])]


spark = xgboost_spark.bench_setup(trial)
model = xgboost_spark.bench_train(trial, spark)
learner = json.loads(model.get_booster().save_config())["learner"]
seen = {
    "threads": int(learner["generic_param"]["nthread"]),
    "executable": sys.executable,
    "workers": spark.sparkContext.parallelize(range(2), 2).mapPartitions(worker_facts).collect(),
    "damage": error_on_reading(spark, damaged_copy()),
    "processes": [process.name() for process in psutil.Process().children(recursive=True)],
}
xgboost_spark.bench_teardown(spark)
seen["left"] = [process.name() for process in psutil.Process().children(recursive=True)]
seen["notes"] = {event["note"]: event["value"] for event in read_events(directory / "events.jsonl") if "note" in event}
sys.stdout.write(json.dumps(seen) + "\n")
