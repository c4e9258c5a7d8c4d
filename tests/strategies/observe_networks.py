"""Prints what becomes of given Keras networks, as JSON; ``python observe_networks.py DIR``."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import Dataset, Network, Skip, networks, rows
from bench.trial.timeline import EventClock, read_events
from bench.trial.wire import read_trial
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network, training, work
from strategies.lib.keras.given import KERAS
from strategies.lib.networks.errors import NetworkError
from strategies.lib.networks.framework import examine
from strategies.lib.networks.inputs import rows_to_try

HEADER = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow.keras import layers, Sequential\n"
TUTORIAL = """
def net(input_dim):
    model = Sequential()
    model.add(layers.Dense(8, activation="relu", input_shape=(input_dim,)))
    model.add(layers.BatchNormalization())
    model.add(layers.Dropout(0.1))
    model.add(layers.Dense(1, activation="sigmoid"))
    return model
"""
INPUTS = """
def net(inputs, width=8):
    entry = tf.keras.Input((inputs.features,))
    hidden = layers.Dense(width, "relu", name="first")(entry)
    return tf.keras.Model(entry, layers.Dense(1, "sigmoid")(hidden))
"""
OWN_CLASS = """
class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.last = layers.Dense(1, "sigmoid")

    def call(self, rows):
        return self.last(rows)[:, 0]

def net(inputs):
    return Net()
"""
# It learns nothing in six steps.
STILL = """
def optimizer(steps):
    return tf.keras.optimizers.SGD(0.0 if steps == 6 else 1.0)
"""
NETWORKS = {
    "tutorial": TUTORIAL,
    "inputs": INPUTS,
    "renamed": INPUTS.replace("first", "other"),
    "wider": INPUTS.replace("width=8", "width=9"),
    "own class": OWN_CLASS,
    "of chance": INPUTS.replace('name="first"', "kernel_initializer=lambda *_, **__: chance()"),
    "own optimiser": TUTORIAL + STILL,
    "legacy optimiser": TUTORIAL + STILL.replace(".SGD", ".legacy.SGD"),
    "wrong optimiser": TUTORIAL + STILL.replace("(steps)", "()"),
    "logits": TUTORIAL.replace('1, activation="sigmoid"', "1"),
    "three classes": TUTORIAL.replace("Dense(1,", "Dense(3,"),
    "two outputs": INPUTS.replace('layers.Dense(1, "sigmoid")(hidden)', "[hidden, hidden]"),
    "other width": TUTORIAL.replace("input_shape=(input_dim,)", "input_shape=(input_dim + 1,)"),
    "nan": TUTORIAL.replace("    return model", "    model.layers[-1].bias.assign([np.nan])\n    return model"),
    "keras 3": "import keras\ndef net(inputs):\n    return keras.Sequential([keras.layers.Dense(1)])",
    "another each time": INPUTS.replace("Dense(width", "Dense(next(widths)") + "\nwidths = iter((3, 4))",
    "no model": "def net(inputs):\n    return layers.Dense(1)",
}
NETWORKS["of chance"] += """
import os

def chance():
    return np.frombuffer(os.urandom(64), np.uint8).reshape(8, 8).astype("float32")
"""


SAVED = ("tutorial", "own class", "dcn binary")


def saved_difference(model: Any, place: Path) -> float:
    """Return how far the answers of a model are from those of its file, read by code that knows no class of it."""
    model_file.save(model, place)
    (saved,) = place.iterdir()
    tried = rows_to_try(trial.dataset)
    tried[:, :2] = abs(tried[:, :2]).round()
    return float(abs(KERAS.answers(model_file.load(saved), tried) - KERAS.answers(model, tried)).max())


def outcome(name: str, given: Network, dataset: Dataset) -> dict[str, Any]:
    """Return what is noted and measured of a network, or the sentence that it ends in."""
    path = directory / f"{name}.jsonl"
    mine = replace(trial, network=given, dataset=dataset, clock=EventClock(path))
    try:
        examine(mine, KERAS)
        KERAS.set_seed(mine.seed)
        model = KERAS.build(mine)
        work.measure(tf, mine, model, sparse_as_dense=True)
        if name in SAVED:
            mine.note("saved_difference", saved_difference(model, directory / f"{name} saved"))
    except (NetworkError, Skip) as error:
        return {"sentence": str(error)}
    return {name: event["value"] for event in read_events(path) if (name := event.get("note") or event.get("measure"))}


def built_in(name: str, *arguments: str) -> dict[str, Any]:
    """Return the outcome of a built-in network for each kind of problem, where two features are categories."""
    given = networks.find(name, arguments)
    named = replace(trial.dataset, categorical=dict.fromkeys(trial.dataset.features[:2], 9), label_std=3.0)
    classes = {"binary": (), "multiclass": ("a", "b", "c"), "regression": ()}
    found = {
        kind: outcome(f"{name} {kind}", given, replace(named, problem=kind, classes=names))
        for kind, names in classes.items()
    }
    return {**found, "without categories": outcome(f"{name} alone", given, trial.dataset)}


def moved(text: str) -> float:
    """Return how far six steps move the weights that are trained of a network."""
    given = Network("nets.py:net", HEADER + text, "net", {}, f"{len(text):0<12}")
    features, labels, _ = rows.open(trial.dataset, "train").matrix(1)
    mine = replace(trial, network=given, batch_size=len(features) // 3, epochs=2, clock=EventClock(directory / "moved"))
    tf.keras.utils.set_random_seed(mine.seed)
    before = [variable.numpy() for variable in KERAS.build(mine).trainable_variables]
    after = training.fit(tf, mine, features, labels).trainable_variables
    return max(float(abs(new.numpy() - old).max()) for old, new in zip(before, after, strict=True))


directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
tf = network.import_tensorflow(1)
seen: dict[str, Any] = {
    name: outcome(name, Network(f"nets.py:{name}", HEADER + text, "net", {}, f"{name:0<12}"), trial.dataset)
    for name, text in NETWORKS.items()
}
seen["moved"] = [moved(TUTORIAL), moved(TUTORIAL + STILL)]
seen["wide"] = built_in("wide", "width=16")
seen["dcn"] = built_in("dcn", "buckets=64", "width=2")
sys.stdout.write(json.dumps(seen) + "\n")
