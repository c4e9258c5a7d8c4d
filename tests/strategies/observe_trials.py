"""Calls the hooks of trials, one trial after the other, and lets Spark stay; ``python observe_trials.py DIR...``.

Each DIR holds ``trial.json``, and gets the events and the outcome that a trial's own worker would leave there.
"""

import json
import sys
from pathlib import Path

from bench import plugins
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from bench.worker import call_hooks
from strategies.lib.spark import session

stop_spark = session.stop_spark
session.stop_spark = lambda _: None  # strategies are imported later, and stop Spark by this
spark = None
for place in map(Path, sys.argv[1:]):
    clock = EventClock(place / "events.jsonl")
    trial = read_trial(place / "trial.json", clock)
    outcome = call_hooks(trial, plugins.load(trial.strategy), clock)
    (place / "outcome.json").write_text(json.dumps(outcome))
    if "pyspark.sql" in sys.modules and (spark := sys.modules["pyspark.sql"].SparkSession.getActiveSession()):
        spark.catalog.clearCache()
stop_spark(spark)
