"""Prints facts of the network's heads for each kind of problem, as JSON; ``python observe_heads.py DIR``."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.rows.arrays import allocate
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.keras import heads, model, network

MEAN, STD, ROWS = 5000.0, 0.25, 64

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
tf = network.import_tensorflow(1)
generator = np.random.default_rng(0)
binary = trial.dataset
multiclass = replace(binary, problem="multiclass", classes=("a", "b", "c"))
regression = replace(binary, problem="regression", classes=(), label_mean=MEAN, label_std=STD)
drawn = generator.standard_normal((ROWS, len(binary.features)))
features = tf.constant(np.array(binary.means) + np.array(binary.stds) * drawn, tf.float32)
numbers = (MEAN + STD * generator.standard_normal(ROWS)).astype(np.float32)


def gradients(of, loss, labels):
    """Return the gradients of a loss in all weights, as one array."""
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(labels[:, None], of(features, training=False)))
    found = tape.gradient(value, whole.trainable_variables)
    return np.concatenate([gradient.numpy().reshape(-1) for gradient in found])


whole = network.mlp(tf, regression, seed=1)
inner = tf.keras.Model(whole.inputs, whole.layers[-2].output)  # the same weights, without the label's unit
ours = gradients(whole, heads.loss(tf, regression), numbers)
standardised = gradients(inner, tf.keras.losses.mean_squared_error, (numbers - np.float32(MEAN)) / np.float32(STD))


def weighted(weights):
    """Return the weights of rows, batch by batch, as the network is given them."""
    local = replace(trial, dataset=replace(multiclass, weight_mean=float(np.mean(weights))), batch_size=ROWS, epochs=3)
    columns = allocate(ROWS, 4), allocate(ROWS, 1)[:, 0], allocate(ROWS, 1)[:, 0]
    columns[0][:] = features[:, :4]
    columns[1][:] = np.arange(ROWS) % 3
    columns[2][:] = weights
    batches, _ = network.train_batches(tf, *columns, local)
    return [batch[2].numpy().tolist() for batch in batches]


once, scaled = weighted(np.arange(ROWS) + 1.0), weighted(1e-6 * (np.arange(ROWS) + 1.0))
probabilities = model.compiled(network.mlp(tf, multiclass, seed=1), features.shape[1])(features)
answers = model.compiled(whole, features.shape[1])(features)
whole.save(directory / "number.keras")
loaded = model.compiled(model.load(directory / "number.keras"), features.shape[1])(features)
seen = {
    "gradient_difference": float(np.abs(ours - standardised).max() / np.abs(standardised).max()),
    "weights_mean": float(np.mean(once)),
    "weights_difference": float(np.abs(np.array(once) - np.array(scaled)).max()),
    "probabilities": [list(probabilities.shape), float(np.abs(probabilities.sum(axis=1) - 1).max())],
    "answers": [list(answers.shape), float(answers.mean()), float(answers.std())],
    "saved_difference": float(np.abs(loaded - answers).max()),
}
sys.stdout.write(json.dumps(seen) + "\n")
