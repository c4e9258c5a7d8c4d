"""Prints how far grades of short trainings are from that of one process: of ways that are right, and of planted faults.

    python benchmarks/early_grades.py KIND WIDTH [STEPS] [SEEDS] [BATCH]

KIND is a kind of problem, on 16,000 synthetic rows, or ``flights``. The network `wide` of a width is trained in one
process, whose grade is the reference; then from the same weights with rows in another order, and from other weights;
then as two workers train it, each on half of the rows, whose gradients are averaged; then with a fault. Of each way it
prints the largest distance of the first grade from the reference, over all seeds, by the steps taken.

The workers are two copies of the model in this process, which do what Horovod's ranks do, with nothing between them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import Dataset, Trial, networks, plugins, rows
from bench.datasets import ensure
from bench.datasets.makers.synthetic import make_synthetic
from bench.problems import PROBLEMS
from bench.request import Request
from bench.runs import plan
from bench.testing.kinds import make_weighted_dataset
from strategies.lib.keras import heads, network
from strategies.lib.keras.given import KERAS

MARKS = (8, 15, 30, 60, 120, 240, 480)
TO_GRADE = 20_000  # rows of the test split, at most
OTHER = 1000  # added to a seed


@dataclass(frozen=True)
class Way:
    """A way to train.

    Attributes:
        name: What is printed.
        workers: Number of copies.
        order: Added to the seed of the order of rows.
        weights: Added to the seed of the initial weights.
        rate: What the learning rate is multiplied by.
        fault: What is wrong beside it, or nothing.
    """

    name: str
    workers: int = 1
    order: int = 0
    weights: int = 0
    rate: float = 1.0
    fault: str = ""


REFERENCE = Way("one process")
WAYS = (
    Way("another order of rows", order=OTHER),
    Way("other weights", order=OTHER, weights=OTHER),
    Way("two workers", workers=2),
    Way("fault: learning rate times 2", workers=2, rate=2.0),
    Way("fault: every second step lost", workers=2, fault="lost"),
    Way("fault: gradients of own half only", workers=2, fault="apart"),
    Way("fault: own half, rows sorted by label", workers=2, fault="sorted"),
    Way("fault: labels of one worker mixed up", workers=2, fault="mixed"),
    Way("fault: other weights on one worker", workers=2, fault="unlike"),
)


class Trainer:
    """Two copies of a network, and what trains them."""

    def __init__(self, tf: Any, trial: Trial) -> None:
        """Build them.

        Args:
            tf: The module ``tensorflow``.
            trial: Gives network, dataset and batch.
        """
        self._tf, self._trial = tf, trial
        self._features, self._labels, _ = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
        tested, truth, _ = rows.open(trial.dataset, "test").matrix(trial.threads_per_worker)
        self._tested, self._truth = tested[:TO_GRADE], truth[:TO_GRADE]
        self._models = [KERAS.build(trial) for _ in range(2)]
        self._optimisers = [tf.keras.optimizers.Adam(trial.learning_rate) for _ in range(2)]
        for model, optimiser in zip(self._models, self._optimisers, strict=True):
            optimiser.build(model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._optimisers[0].variables]
        self._together = {count: tf.function(self._step, reduce_retracing=True) for count in (1, 2)}

    def grades(self, way: Way, seed: int, last: int) -> Iterator[float]:
        """Return the first grade at each of the marks.

        Args:
            way: The way.
            seed: Seed of weights and orders.
            last: Steps after which it ends.
        """
        tf, problem = self._tf, PROBLEMS[self._trial.dataset.problem]
        tf.keras.utils.set_random_seed(seed + way.weights)
        initial = KERAS.build(self._trial).get_weights()
        tf.keras.utils.set_random_seed(seed + OTHER)
        unlike = KERAS.build(self._trial).get_weights() if way.fault == "unlike" else initial
        for model, optimiser, weights in zip(self._models, self._optimisers, (initial, unlike), strict=True):
            model.set_weights(weights)
            for variable, value in zip(optimiser.variables, self._fresh, strict=True):
                variable.assign(value)
            optimiser.learning_rate.assign(self._trial.learning_rate * way.rate)
        used = 1 if way.fault in ("apart", "sorted") else way.workers
        batches = [self._batches(way, seed + way.order + worker, worker) for worker in range(used)]
        for step in range(1, last + 1):
            taken = [next(one) for one in batches]
            if way.fault != "lost" or step % 2:
                self._together[used](taken)
            if step in MARKS:
                yield problem.grade(self._truth, {"score": self._answers(used)})[problem.metrics[0].name]

    def _step(self, batches: list[tuple[Any, Any]]) -> None:
        """Take a step with the mean of all workers' gradients."""
        tf, loss = self._tf, self._tf.keras.losses.get(heads.loss(self._tf, self._trial.dataset))
        found = []
        for model, (features, labels) in zip(self._models, batches, strict=False):
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(loss(labels[:, None], model(features, training=True)))
            found.append(tape.gradient(value, model.trainable_variables))
        means = [sum(of_all) / len(found) for of_all in zip(*found, strict=True)]
        for model, optimiser, _ in zip(self._models, self._optimisers, batches, strict=False):
            optimiser.apply_gradients(zip(means, model.trainable_variables, strict=True))

    def _batches(self, way: Way, seed: int, worker: int) -> Iterator[tuple[Any, Any]]:
        generator = np.random.default_rng(seed)
        mine = np.arange(len(self._labels))
        if way.fault == "sorted":
            mine = np.argsort(self._labels + generator.normal(0, self._labels.std() / 4, len(mine)), kind="stable")
        mine = np.array_split(mine, way.workers)[worker]
        size = self._trial.batch_size // way.workers
        labels = self._labels[mine]
        if way.fault == "mixed" and worker:
            labels = generator.permutation(labels)
        while True:
            order = generator.permutation(len(mine))
            for start in range(0, len(mine) - size + 1, size):
                chosen = order[start : start + size]
                yield self._tf.constant(self._features[mine[chosen]]), self._tf.constant(labels[chosen])

    def _answers(self, used: int) -> Any:
        """Return the answers of the first model, with the mean of all workers' moving averages."""
        kept = self._models[0].get_weights()
        others = [model.get_weights() for model in self._models[:used]]
        still = {id(variable) for variable in self._models[0].trainable_variables}
        means = [
            own if id(variable) in still else np.mean(of_all, axis=0)
            for variable, own, of_all in zip(self._models[0].weights, kept, zip(*others, strict=True), strict=True)
        ]
        self._models[0].set_weights(means)
        found = [KERAS.answers(self._models[0], part) for part in np.array_split(self._tested, 8)]
        self._models[0].set_weights(kept)
        return np.concatenate(found)


def main(kind: str, width: int, last: int, seeds: int, batch: int) -> None:
    """Measure and print.

    Args:
        kind: A kind of problem, or ``flights``.
        width: Units of the first layer.
        last: Steps of each training.
        seeds: Number of seeds.
        batch: Rows of a global batch.
    """
    tf = network.import_tensorflow(2)
    with tempfile.TemporaryDirectory() as directory:
        trial = _trial(_dataset(kind, Path(directory)), width, batch)
        trainer = Trainer(tf, trial)
        marks = [mark for mark in MARKS if mark <= last]
        references = [list(trainer.grades(REFERENCE, seed, last)) for seed in range(seeds)]
        metric = PROBLEMS[trial.dataset.problem].metrics[0]
        print(f"{kind}, width {width}, batches of {batch}, {seeds} seeds; distance in {metric.label}")
        print(f"{'steps':<40}" + "".join(f"{mark:>9}" for mark in marks))
        print(f"{'one process, mean':<40}" + "".join(f"{value:>9.4f}" for value in np.mean(references, axis=0)))
        for way in WAYS:
            apart = [
                [abs(one - other) for one, other in zip(trainer.grades(way, seed, last), reference, strict=True)]
                for seed, reference in enumerate(references)
            ]
            print(f"{way.name:<40}" + "".join(f"{value:>9.4f}" for value in np.max(apart, axis=0)), flush=True)


def _dataset(kind: str, home: Path) -> Dataset:
    if kind == "flights":
        return ensure(kind)
    if kind == "binary":
        os.environ["BENCH_DATA"] = str(home)
        return make_synthetic(20_000, 8).dataset
    return make_weighted_dataset(home, kind, weights=False)


def _trial(dataset: Dataset, width: int, batch: int) -> Trial:
    request = Request(workers=(1,), cores=2, network="wide", batch_size=(batch,))
    given = networks.find("wide", [f"width={width}"])
    return plan.make(request, {"tensorflow": plugins.load("tensorflow").strategy}, dataset, network=given)[0].trial


if __name__ == "__main__":
    kind, *numbers = sys.argv[1:]
    main(kind, *map(int, numbers), *(64, 240, 4, 1024)[len(numbers) :])
