"""Prints facts of the strategy `tensorflow` and its process, as JSON; ``python observe_tensorflow.py DIR``."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import rows as dataset_rows
from bench.rows.arrays import allocate
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.keras import network
from strategies.network import tensorflow

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
tf = tensorflow.bench_setup(trial)

scores = []
for _ in range(2):
    model = tensorflow.bench_train(trial, tf)
    predictions = pq.read_table(tensorflow.bench_predict(trial, tf, model))
    scores.append(predictions["score"].to_numpy())

_, raw = next(dataset_rows.open(trial.dataset, "test").batches())
model.save(directory / "model.keras")
loaded = tf.keras.models.load_model(directory / "model.keras")(raw, training=False).numpy()[:, 0]

rows = 2 * trial.batch_size + 100
numbers = allocate(rows, 1)
numbers[:, 0] = np.arange(rows)
batches, steps = network.train_batches(tf, numbers, numbers[:, 0], None, trial)
pairs = [(x.numpy()[:, 0].tolist(), y.numpy().tolist()) for x, y in batches]

seen = {
    "intra": tf.config.threading.get_intra_op_parallelism_threads(),
    "inter": tf.config.threading.get_inter_op_parallelism_threads(),
    "arrow": pa.cpu_count(),
    "difference": float(np.abs(scores[0] - scores[1]).max()),
    "saved_difference": float(np.abs(loaded - scores[1][: len(loaded)]).max()),
    "batches": [labels for _, labels in pairs],
    "steps": steps,
    "rows_with_another_label": sum(features != labels for features, labels in pairs),
    "first_weights": [float(network.mlp(tf, trial.dataset, seed).layers[1].kernel[0, 0]) for seed in (7, 7, 8)],
}
sys.stdout.write(json.dumps(seen) + "\n")
