"""Prints how Spark reads a dataset and a registered table in a store, as JSON; ``python observe_source.py FACTS``."""

import json
import sys
from pathlib import Path

import numpy as np
import psutil

from bench.datasets import open_dataset
from bench.datasets.format.fingerprint import Fingerprint
from bench.model import Dataset, Storage, Strategy
from bench.request import Request
from bench.runs import plan
from bench.stores import traffic
from bench.trial import runner
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.lib.spark.workers import traffic_counter

facts = json.loads(sys.argv[1])
dataset = open_dataset(facts["path"], Storage(facts["endpoint"], "us-east-1"))
planned = plan.make(Request(cores=2), {"observed": Strategy(family="linear")}, dataset)[0]
trial = runner.with_scratch(planned, Path(facts["scratch"])).trial
spark = start_spark(trial, {"spark.sql.files.minPartitionNum": "5"})


def read(dataset: Dataset) -> tuple[str, int]:
    """Return the fingerprint of all rows, and the partitions of the train split."""
    fingerprint, sizes = Fingerprint(dataset.columns), []
    for split in ("train", "test"):
        rows = frames.read(spark, dataset, split)
        sizes.append(rows.rdd.getNumPartitions())
        table = rows.toArrow()
        columns = np.stack([table[name].to_numpy() for name in ("label", *frames.feature_columns(dataset))])
        fingerprint.add(split, table["row_id"].to_numpy(), columns)
    return fingerprint.hexdigest(), sizes[0]


def counted() -> int:
    """Return the bytes that the workers have read so far."""
    return traffic_counter(spark).value[1]


content, partitions = read(dataset)
whole = counted()
features = frames.read(spark, dataset, "train", "test", label=False)
features.write.format("noop").mode("overwrite").save()
seen = {
    "fingerprint": content,
    "partitions": partitions,
    "columns": features.columns,
    "bytes": whole,
    "bytes_of_features": counted() - whole,
}
seen["of_the_table"] = read(open_dataset(facts["table"]))
seen["bytes_of_the_table"] = counted() - seen["bytes"] - seen["bytes_of_features"]
traffic.own.take()
stop_spark(spark)
seen["processes_left"] = len(psutil.Process().children(recursive=True))
sys.stdout.write(json.dumps(seen) + "\n")
