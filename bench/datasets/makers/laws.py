"""The laws that synthetic features and labels are drawn from, one for each kind of problem.

Each feature is normal, with an offset and a scale of its own. A score of a row is the sum of a linear part, which every
family can learn, and of squares, a step and products, which a linear model cannot. The label is drawn by the score, and
the noise of that is what no model can learn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.problems.binary import BINARY, BestGrade
from bench.problems.multiclass import MULTICLASS
from bench.problems.regression import REGRESSION

_BLOCK = 8192  # rows whose scores of all classes are held at once


@dataclass(frozen=True)
class Score:
    """How a row's score comes of its features: arrays of shape (features,), except ``intercept``."""

    linear: NDArray[np.float64]
    squares: NDArray[np.float64]
    products: NDArray[np.float64]
    steps: NDArray[np.float64]
    intercept: float

    def of(self, normal: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the score of each row: float64 of shape (rows,).

        Args:
            normal: Standard normal features, float32 of shape (features, rows).
        """
        # One feature after the other, not as a product of matrices, whose last bits depend on the library for it.
        score = np.full(normal.shape[1], self.intercept)
        for at, values in enumerate(normal.astype(np.float64)):
            score += self.linear[at] * values
            if self.squares[at]:
                score += self.squares[at] * (values**2 - 1)
            if self.steps[at]:
                score += self.steps[at] * np.sign(values - 0.5)
            if self.products[at]:
                score += self.products[at] * values * normal[(at + 1) % len(normal)]
        return score


def random_generator(seed: int, *stream: int) -> np.random.Generator:
    """Return the generator of one stream of a seed.

    Args:
        seed: The seed.
        stream: Numbers that name the stream.
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=stream)))


def draw_score(generator: np.random.Generator, features: int, intercept: float, *, vary: bool = False) -> Score:
    """Draw a score.

    Args:
        generator: Where its numbers come from.
        features: Number of features.
        intercept: The score of a row whose features all are at their means, nearly.
        vary: Whether the parts that are not linear are drawn, too.
    """
    linear = generator.standard_normal(features)
    # A few strong effects of each kind, so that trees of moderate depth can find them.
    kinds, strong = np.arange(features) % 4, np.arange(features) < 8
    times = generator.standard_normal(features) if vary else np.ones(features)
    return Score(
        linear=linear / np.linalg.norm(linear),
        squares=np.where(strong & (kinds == 0), 0.5 * times, 0.0),
        products=np.where(strong & (kinds == 1), 0.6 * times, 0.0),
        steps=np.where(strong & (kinds == 3), 0.5 * times, 0.0),
        intercept=intercept,
    )


class Law(Protocol):
    """Draws labels, and knows how good an answer to them can be at all."""

    classes: tuple[str, ...]

    def draw(self, generator: np.random.Generator, normal: NDArray[np.float32], kept: int) -> NDArray[np.floating]:
        """Return a label for each row.

        Args:
            generator: Where the noise comes from.
            normal: Standard normal features, float32 of shape (features, rows).
            kept: How many of the rows, the first, will be in the dataset.
        """

    def best(self) -> float:
        """Return the best first grade that is possible with the rows so far, but for chance."""

    def baseline(self) -> float:
        """Return the first grade of whoever knows the labels so far and no feature."""


class TwoClasses:
    """The score is the log-odds of label 1."""

    classes: tuple[str, ...] = ("0", "1")

    def __init__(self, score: Score) -> None:
        """Start with no rows."""
        self._score, self._best = score, BestGrade()

    def probabilities(self, normal: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of label 1: float64 of shape (rows,)."""
        probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-self._score.of(normal)))
        return probabilities

    def draw(self, generator: np.random.Generator, normal: NDArray[np.float32], kept: int) -> NDArray[np.floating]:
        """Return 0 or 1 for each row; see `Law.draw`."""
        chance, probabilities = generator.random(normal.shape[1]), self.probabilities(normal)
        self._best.add(probabilities[:kept])
        return (chance < probabilities).astype(np.float32)

    def best(self) -> float:
        """Return the grade of the true probabilities."""
        return self._best.value()

    def baseline(self) -> float:
        """Return the grade of chance."""
        return BINARY.chance


class ManyClasses:
    """Each class has a score, and their softmax is the probability of each."""

    def __init__(self, scores: list[Score]) -> None:
        """Start with no rows."""
        self.classes = tuple(str(code) for code in range(len(scores)))
        self._scores, self._entropy, self._counts = scores, 0.0, np.zeros(len(scores), np.int64)

    def draw(self, generator: np.random.Generator, normal: NDArray[np.float32], kept: int) -> NDArray[np.floating]:
        """Return the code of a class for each row; see `Law.draw`."""
        chance = generator.random((normal.shape[1],))
        labels: NDArray[np.int64] = np.empty(normal.shape[1], np.int64)
        for start in range(0, len(labels), _BLOCK):
            rows = slice(start, start + _BLOCK)
            scores = np.stack([score.of(normal[:, rows]) for score in self._scores])
            scores -= scores.max(axis=0)
            shares = np.exp(scores)
            total = shares.sum(axis=0)
            labels[rows] = (np.cumsum(shares, axis=0) < chance[rows] * total).sum(axis=0)
            entropy = np.log(total) - (shares * scores).sum(axis=0) / total
            self._entropy += float(entropy[: max(0, kept - start)].sum())
        np.minimum(labels, len(self.classes) - 1, out=labels)  # where the chance is next to 1
        self._counts += np.bincount(labels[:kept], minlength=len(self.classes))
        return labels.astype(np.float32)

    def best(self) -> float:
        """Return the grade of the true probabilities: the mean of their entropy, in nats."""
        return self._entropy / int(self._counts.sum())

    def baseline(self) -> float:
        """Return the entropy of the classes' shares, in nats."""
        shares = self._counts[self._counts > 0] / self._counts.sum()
        return float(-(shares * np.log(shares)).sum())


class Numbers:
    """The label is an offset and a scale times the sum of the score and of normal noise of deviation 1."""

    classes: tuple[str, ...] = ()
    # Far from 0 and 1, so that whoever needs standardised labels and does not see to it shows.
    offset, scale = 500.0, 100.0

    def __init__(self, score: Score) -> None:
        """Start with no rows."""
        self._score, self._rows, self._sum, self._squares = score, 0, 0.0, 0.0

    def draw(self, generator: np.random.Generator, normal: NDArray[np.float32], kept: int) -> NDArray[np.floating]:
        """Return a number for each row; see `Law.draw`."""
        values = self._score.of(normal) + generator.standard_normal(normal.shape[1])
        self._rows, self._sum = self._rows + kept, self._sum + float(values[:kept].sum())
        self._squares += float(np.square(values[:kept]).sum())
        return (self.offset + self.scale * values).astype(np.float32)

    def best(self) -> float:
        """Return the deviation of the noise."""
        return self.scale

    def baseline(self) -> float:
        """Return the deviation of the labels."""
        return self.scale * float(np.sqrt(self._squares / self._rows - (self._sum / self._rows) ** 2))


_OWN: Mapping[str, Callable[[Score], Law]] = {BINARY.name: TwoClasses, REGRESSION.name: Numbers}
WITH_CLASSES: Mapping[str, Callable[[list[Score]], Law]] = {MULTICLASS.name: ManyClasses}
KINDS = (*_OWN, *WITH_CLASSES)


def draw_law(kind: str, generator: np.random.Generator, seed: int, features: int, classes: int) -> Law:
    """Draw the law of the labels.

    Args:
        kind: Name of the kind of problem, one of `KINDS`.
        generator: Where the first score comes from.
        seed: Where the scores of further classes come from.
        features: Number of features.
        classes: Number of classes, where the kind has any number of them.
    """
    score = draw_score(generator, features, -0.5)
    if kind in _OWN:
        return _OWN[kind](score)
    scores = [score]
    for code in range(1, classes):
        more = random_generator(seed, 0, code)
        scores.append(draw_score(more, features, 0.5 * more.standard_normal(), vary=True))
    return WITH_CLASSES[kind](scores)
