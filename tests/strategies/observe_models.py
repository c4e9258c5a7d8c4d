"""Prints how users' models fit each kind of problem, as JSON; ``python observe_models.py DIR``."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.trial.wire import read_trial
from strategies.lib.keras import network, reference

MODELS = {"sigmoid": (1, "sigmoid"), "linear": (1, "linear"), "softmax": (3, "softmax"), "sigmoids": (3, "sigmoid")}

directory = Path(sys.argv[1])
binary = read_trial(directory / "trial.json", None).dataset
kinds = [
    binary,
    replace(binary, problem="multiclass", classes=("a", "b", "c")),
    replace(binary, problem="regression", classes=()),
]
tf = network.import_tensorflow(1)
rows = 100 * np.random.default_rng(0).standard_normal((50, len(binary.features)), np.float32)
seen: dict[str, dict[str, object]] = {}
for name, (units, activation) in MODELS.items():
    path = directory / f"{name}.keras"
    inputs = tf.keras.Input((len(binary.features),))
    tf.keras.Model(inputs, tf.keras.layers.Dense(units, activation=activation)(inputs)).save(path)
    seen[name] = {}
    for dataset in kinds:
        try:
            seen[name][dataset.problem] = list(reference.load(path, dataset, 1)(rows).shape)
        except reference.ModelError as error:
            seen[name][dataset.problem] = str(error)
sys.stdout.write(json.dumps(seen) + "\n")
