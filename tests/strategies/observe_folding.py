"""Prints how far folded Keras networks are from what they were, as JSON; ``python observe_folding.py DIR``."""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import Network, networks
from bench.trial.wire import read_trial
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network
from strategies.lib.keras.folding import folded
from strategies.lib.keras.given import KERAS

RANDOM = 3  # networks
OWN_CLASS = """
import tensorflow as tf

class Net(tf.keras.Model):
    def call(self, rows, training=False):
        return 0.5 * super().call(rows, training)

def net(input_dim):
    rows = tf.keras.Input((input_dim,))
    hidden = tf.keras.layers.BatchNormalization()(tf.keras.layers.Dense(8)(rows))
    return Net(rows, tf.keras.layers.Dense(1, "sigmoid")(hidden))
"""
SHARED = """
import tensorflow as tf
from tensorflow.keras import layers

def net(input_dim):
    rows = tf.keras.Input((input_dim,))
    first = layers.Dense(8)(rows)
    both = layers.Concatenate()([first, layers.BatchNormalization()(first)])
    return tf.keras.Model(rows, layers.Dense(1, "sigmoid")(layers.BatchNormalization()(both)))
"""


def shaken(model: Any, generator: np.random.Generator) -> Any:
    """Return a model with statistics and scales as a training may leave them."""
    for layer in model.submodules:
        if type(layer) is tf.keras.layers.BatchNormalization:
            for weights in layer.weights:
                wide = "gamma" in weights.name or "variance" in weights.name
                low, high = (0.3, 3.0) if wide else (-1.0, 1.0)
                weights.assign(generator.uniform(low, high, weights.shape))
    return model


def of_chance(generator: np.random.Generator) -> Any:
    """Return a chain of layers of random kinds, one of which is a chain of its own."""
    layers, chosen = tf.keras.layers, generator.integers

    def chain(columns: int) -> Any:
        model = tf.keras.Sequential([tf.keras.Input((columns,))])
        for _ in range(chosen(1, 4)):
            model.add(layers.Dense(chosen(1, 40), [None, "relu"][chosen(2)], use_bias=bool(chosen(2))))
            model.add(layers.BatchNormalization(scale=bool(chosen(2)), center=bool(chosen(2)), epsilon=1e-3))
            model.add(layers.Activation("relu"))
            model.add(layers.Dropout(0.2))
        return model

    rows = tf.keras.Input((len(dataset.features),))
    inner = chain(len(dataset.features))
    hidden = inner(layers.Normalization(mean=dataset.means, variance=[std**2 for std in dataset.stds])(rows))
    return tf.keras.Model(rows, layers.Dense(1, "sigmoid")(chain(hidden.shape[-1])(hidden)))


def apart(answers: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference; of numbers, as a part of the largest one."""
    return float(abs(answers - expected).max() / max(1, abs(expected).max()))


def look(model: Any, saved: bool = False) -> dict[str, Any]:
    """Return what became of a model, and of one out of its file if that is wanted."""
    expected = KERAS.answers(model, features)
    score = model_file.compiled(model, features.shape[1])
    found = {"difference": apart(score(features), expected), "folded": folded(model) is not model}
    if not saved:
        return found
    # It goes on as it was: it can be scored with again, and be saved.
    assert np.array_equal(KERAS.answers(model, features), expected)
    place = Path(tempfile.mkdtemp(dir=sys.argv[1]), "model")
    model_file.save(model, place)
    again = model_file.compiled(model_file.load(next(place.iterdir())), features.shape[1])
    return {**found, "saved": apart(again(features[:99]), expected[:99])}


trial = read_trial(Path(sys.argv[1], "trial.json"), None)
dataset, seen = trial.dataset, {}
tf = network.import_tensorflow(1)
generator = np.random.default_rng(0)
features = generator.standard_normal((17_000, len(dataset.features)), np.float32)
features = (features * dataset.stds + dataset.means).astype(np.float32)
named = replace(dataset, categorical=dict.fromkeys(dataset.features[:2], 9))
for kind in ("binary", "multiclass", "regression"):
    one = replace(dataset, problem=kind, classes=("a", "b", "c") if kind == "multiclass" else (), label_std=3.0)
    seen[f"mlp {kind}"] = look(shaken(network.mlp(tf, one, 0), generator))
# A mean that is a thousand times the deviation: years, of which float32 has few digits left.
years = replace(dataset, means=(2013.0, *dataset.means[1:]), stds=(0.5, *dataset.stds[1:]))
features[:, 0] = 2013 + (features[:, 0] - dataset.means[0]) / dataset.stds[0] / 2
seen["mlp years"] = look(shaken(network.mlp(tf, years, 0), generator))
features[:, :2] = generator.integers(0, 9, (len(features), 2))
given = {
    "wide": networks.find("wide", ["width=32"]),
    "dcn": networks.find("dcn", ["buckets=64", "width=2"]),
    "own class": Network("nets.py:net", OWN_CLASS, "net", {}, "0" * 12),
    "shared": Network("nets.py:net", SHARED, "net", {}, "1" * 12),
}
for name, one in given.items():
    seen[name] = look(shaken(KERAS.build(replace(trial, dataset=named, network=one)), generator))
seen["mlp categories"] = look(shaken(network.mlp(tf, named, 0), generator), saved=True)
seen |= {
    f"random {number}": look(shaken(of_chance(generator), generator), saved=not number) for number in range(RANDOM)
}
sys.stdout.write(json.dumps(seen) + "\n")
