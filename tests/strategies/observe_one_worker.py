"""Prints the grades of trials by strategy and kind of problem, as JSON; ``python observe_one_worker.py DIR``.

DIR holds a directory for each trial. One Spark session serves them all, so that Spark starts once.
"""

import itertools
import json
import sys
from collections import defaultdict
from pathlib import Path

from bench import Skip, plugins
from bench.trial import quality
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.spark import slots
from strategies.lib.spark.session import stop_spark

# One divides the CPU before TensorFlow starts, the other wants the parts of XGBoost that others do without.
FIRST = ("tensorflow_mirrored", "xgboost_spark")
directory = Path(sys.argv[1])
clock = EventClock(directory / "events.jsonl")
trials = sorted(
    (read_trial(path, clock) for path in directory.glob("*/trial.json")),
    key=lambda trial: (trial.strategy not in FIRST, trial.strategy),
)
# What strategies set for themselves: a process for each training of TensorFlow, a partition for XGBoost's estimator.
settings = {
    "spark.python.worker.reuse": "false",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.files.maxPartitionBytes": "1t",
}
spark = slots.start(trials[0], settings)
seen: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
for name, group in itertools.groupby(trials, lambda trial: trial.strategy):
    hooks, kinds = plugins.load(name).hook, list(group)
    try:
        session = hooks.bench_setup(trial=kinds[0])
    except Skip:
        continue  # Horovod was built for another PyTorch, or for none
    for trial in kinds:
        model = hooks.bench_train(trial=trial, session=session)
        predictions = hooks.bench_predict(trial=trial, session=session, model=model)
        seen[trial.dataset.problem][name] = quality.grade(trial.dataset, ("test",), predictions)
stop_spark(spark)
sys.stdout.write(json.dumps(seen) + "\n")
