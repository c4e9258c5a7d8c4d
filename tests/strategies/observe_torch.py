"""Prints how far PyTorch and Keras are apart after the same steps, as JSON; ``python observe_torch.py DIR``."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss

from bench import rows
from bench.rows.arrays import allocate
from bench.trial.timeline import EventClock
from bench.trial.wire import read_trial
from strategies.lib.keras import network as keras_network
from strategies.lib.torch import network, scoring, training

directory = Path(sys.argv[1])
trial = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))
tf = keras_network.import_tensorflow(1)
torch = network.import_torch(1)
features, labels, _ = rows.open(trial.dataset, "train").matrix(1)
test, answers, _ = rows.open(trial.dataset, "test").matrix(1)
multiclass = replace(trial.dataset, problem="multiclass", classes=("0", "1"))
number = replace(trial.dataset, problem="regression", classes=(), label_mean=0.4, label_std=0.5)


def both(dataset, weights):
    """Train both networks without dropout, from the same weights on the same batches; return their answers."""
    theirs, ours = keras_network.mlp(tf, dataset, trial.seed), network.mlp(torch, dataset, trial.seed)
    network.set_arrays(torch, ours, theirs.get_weights())
    for layer in theirs.layers:
        layer.rate = 0.0
    for module in ours.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    before = [theirs(test, training=False).numpy(), ours.eval()(torch.from_numpy(test)).detach().numpy()]
    keras_network.compile_network(tf, theirs, dataset, trial.learning_rate)
    local = replace(trial, dataset=dataset)
    batches, steps = keras_network.train_batches(tf, features, labels, weights, local)
    theirs.fit(batches, epochs=trial.epochs, steps_per_epoch=steps, verbose=0)
    same = [[torch.from_numpy(part.numpy()) for part in batch] for batch in batches]
    same = [batch if len(batch) == 3 else [*batch, None] for batch in same]
    taken = training.train(torch, dataset, ours.trunk, same, trial.learning_rate)
    training.correct_variances(torch, ours, trial.batch_size, taken)
    after = [theirs(test, training=False).numpy(), scoring.scorer(torch, ours)(test)]
    variances = [np.concatenate(found[4::5]) for found in (theirs.get_weights()[:-2], network.arrays(torch, ours)[:-2])]
    return before, after, float(np.abs(variances[0] / variances[1] - 1).max())


weights = allocate(len(labels), 1)[:, 0]
weights[:] = np.linspace(0, 2, len(labels))
seen = {}
before, after, variances = both(trial.dataset, None)
seen["before"] = float(np.abs(before[0] - before[1]).max())
seen["variances"] = variances
seen["binary"] = [log_loss(answers, scores.reshape(-1).astype(float)) for scores in after]
_, after, _ = both(multiclass, weights)
seen["multiclass"] = [log_loss(answers, scores.astype(float)) for scores in after]
_, after, _ = both(number, weights)
seen["regression"] = [float(np.sqrt(np.mean((scores.reshape(-1) - answers) ** 2))) for scores in after]
first, again, other = (network.arrays(torch, network.mlp(torch, trial.dataset, seed)) for seed in (7, 7, 8))
seen["seeds"] = [[float(array[0, 0]) for array in found if array.ndim == 2] for found in (first, again, other)]
theirs = keras_network.mlp(tf, trial.dataset, 7).get_weights()
seen["spread"] = [[float(array.std()) for array in found if array.ndim == 2] for found in (first, theirs)]
numbers = np.arange(2 * trial.batch_size + 100, dtype=np.float32)
batches, _, seen["steps"] = training.train_batches(torch, trial, numbers[:, None], numbers, None)
pairs = [(x[:, 0].tolist(), y.tolist()) for x, y, _ in batches]
seen["batches"] = [y for _, y in pairs]
seen["rows_with_another_label"] = sum(x != y for x, y in pairs)
sys.stdout.write(json.dumps(seen) + "\n")
