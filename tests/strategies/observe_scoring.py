"""Prints how far each way to score in Spark is from the model, by kind of problem; ``python observe_scoring.py DIR``.

All ways share one Spark session, since a session of its own for each would take minutes.
"""

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from bench.testing.kinds import make_weighted_dataset
from bench.trial import quality, references
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.scoring import udf
from strategies.lib.spark.session import stop_spark

WAYS = (
    "map_in_arrow",
    "map_in_pandas",
    "predict_batch_udf",
    "udf_pandas",
    "udf_pandas_iter",
    "udf_pandas_naive",
    "udf_row",
)

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
spark = udf.start(trial)
seen: dict[str, dict[str, float]] = {}
for kind, ways in (("multiclass", WAYS), ("regression", WAYS[:1])):  # a number is as a single probability
    dataset = make_weighted_dataset(directory, kind, rows=400)
    reference = references.ensure(dataset)
    seen[kind] = {}
    for way in ways:
        own = replace(trial, dataset=dataset, scratch=directory / kind / way, model=reference.model)
        own.scratch.mkdir(parents=True)
        path = importlib.import_module(f"strategies.scoring.{way}").bench_predict(own, spark, own.model)
        rows = sum(pq.read_metadata(file).num_rows for file in path.glob("*.parquet"))
        grades = quality.grade(dataset, own.splits_to_score, path, reference=reference.predictions, scored=rows)
        seen[kind][way] = grades["max_difference"]
stop_spark(spark)
sys.stdout.write(json.dumps(seen) + "\n")
