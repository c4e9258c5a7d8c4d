"""Prints how far PyTorch and Keras are apart after the same steps, as JSON; ``python observe_torch.py DIR``."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss

from bench import networks, rows
from bench.rows.arrays import allocate
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.keras import network as keras_network
from strategies.lib.keras.given import KERAS
from strategies.lib.torch import network, scoring, training
from strategies.lib.torch.given import TORCH

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
tf = keras_network.import_tensorflow(1)
torch = network.import_torch(1)
features, labels, _ = rows.open(trial.dataset, "train").matrix(1)
test, answers, _ = rows.open(trial.dataset, "test").matrix(1)
multiclass = replace(trial.dataset, problem="multiclass", classes=("0", "1"))
number = replace(trial.dataset, problem="regression", classes=(), label_mean=0.4, label_std=0.5)


def both(local, theirs, ours, weights=None):
    """Train both networks without dropout, from the same weights on the same batches; return their answers."""
    network.set_arrays(torch, ours, theirs.get_weights())
    for layer in theirs.layers:
        layer.rate = 0.0
    for module in ours.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    before = [theirs(test, training=False).numpy(), scoring.scorer(torch, ours.eval())(test)]
    keras_network.compile_network(tf, theirs, local.dataset, tf.keras.optimizers.Adam(local.learning_rate))
    batches, steps = keras_network.train_batches(tf, features, labels, weights, local)
    theirs.fit(batches, epochs=local.epochs, steps_per_epoch=steps, verbose=0)
    same = [[torch.from_numpy(part.numpy()) for part in batch] for batch in batches]
    same = [batch if len(batch) == 3 else [*batch, None] for batch in same]
    taken = training.train(torch, local, ours.trunk, same, len(same))
    if local.network is None:
        training.correct_variances(torch, ours, local.batch_size, taken)
    after = [theirs(test, training=False).numpy(), scoring.scorer(torch, ours)(test)]
    return [scores.reshape(len(answers), -1).astype(float) for scores in (*before, *after)]


def mlps(dataset, weights=None):
    """Return the answers of both MLPs, before and after training, and the models."""
    local = replace(trial, dataset=dataset)
    theirs, ours = keras_network.mlp(tf, dataset, trial.seed), network.mlp(torch, dataset, trial.seed)
    return both(local, theirs, ours, weights), theirs, ours


def built_in(name, *arguments):
    """Return how far both functions of a built-in network are apart: weights, answers from the same ones, losses."""
    dataset = replace(trial.dataset, categorical=dict.fromkeys(trial.dataset.features[:2], 9))
    local = replace(trial, dataset=dataset, network=networks.find(name, arguments))
    for framework in (KERAS, TORCH):
        framework.set_seed(trial.seed)
    theirs, ours = KERAS.build(local), TORCH.build(local)
    # Of kernels with so many weights that their spread tells their distribution.
    spread = [
        [float(array.std()) for array in found if array.ndim == 2 and array.size > 99]
        for found in (theirs.get_weights(), arrays(ours))
    ]
    *before, theirs, ours = both(local, theirs, ours)
    return {
        "spread": spread,
        "before": float(abs(before[0] - before[1]).max()),
        "losses": [log_loss(answers, theirs), log_loss(answers, ours)],
    }


def arrays(model):
    """Return the weights of a model as Keras has them."""
    return [tensor.detach().numpy() for tensor in network.tensors(torch, model)]


weights = allocate(len(labels), 1)[:, 0]
weights[:] = np.linspace(0, 2, len(labels))
seen = {}
(*before, theirs, ours), *models = mlps(trial.dataset)
seen["before"] = float(np.abs(before[0] - before[1]).max())
seen["binary"] = [log_loss(answers, scores) for scores in (theirs, ours)]
variances = [np.concatenate(found[4:-2:5]) for found in (models[0].get_weights(), arrays(models[1]))]
seen["variances"] = float(np.abs(variances[0] / variances[1] - 1).max())
(*_, theirs, ours), *_ = mlps(multiclass, weights)
seen["multiclass"] = [log_loss(answers, scores) for scores in (theirs, ours)]
(*_, theirs, ours), *_ = mlps(number, weights)
seen["regression"] = [float(np.sqrt(np.mean((scores[:, 0] - answers) ** 2))) for scores in (theirs, ours)]
first, again, other = (arrays(network.mlp(torch, trial.dataset, seed)) for seed in (7, 7, 8))
seen["seeds"] = [[float(array[0, 0]) for array in found if array.ndim == 2] for found in (first, again, other)]
theirs = keras_network.mlp(tf, trial.dataset, 7).get_weights()
seen["spread"] = [[float(array.std()) for array in found if array.ndim == 2] for found in (first, theirs)]
numbers = np.arange(2 * trial.batch_size + 100, dtype=np.float32)
batches, _, seen["steps"] = training.train_batches(torch, trial, numbers[:, None], numbers, None)
pairs = [(x[:, 0].tolist(), y.tolist()) for x, y, _ in batches]
seen["batches"] = [y for _, y in pairs]
for matrix in (features, test):  # two features become categories
    matrix[:, :2] = abs(matrix[:, :2]).round()
seen["wide"], seen["dcn"] = built_in("wide", "width=32"), built_in("dcn", "buckets=64", "width=4")
seen["rows_with_another_label"] = sum(x != y for x, y in pairs)
sys.stdout.write(json.dumps(seen) + "\n")
