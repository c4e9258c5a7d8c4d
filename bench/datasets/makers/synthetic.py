"""Datasets out of a random generator, of any size, whose best possible grade is known.

Each feature is normal, with an offset and a scale of its own. The log-odds of label 1 are the sum of
a linear part, which every family can learn, and of squares, a step and products, which a linear
model cannot; the label is then drawn, and this noise is what no model can learn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import Builder, ProgressCallback, ignore_progress
from bench.datasets.makers.layout import Layout
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import UsageError
from bench.problems.binary import BestGrade

LABEL = "label"
# Rows that are drawn at once, from a random stream of their own. Changing it changes every dataset.
_PORTION = 65_536
_TEST_EVERY = 5
# For each family, the share of the way from chance to the best grade that a correct implementation never falls below,
# with 28 features, enough rows and the default amount of training. Measured with 200,000 rows (best grade 0.841):
# linear 0.62; MLP 0.94 (5 seeds); boosted trees 0.83 to 0.86. Broken twins reached at most 0.55 (MLP, unscaled),
# 0.50 (MLP) and 0.72 (trees) from one of 64 row groups, and 0.12 with shuffled labels.
_FLOOR_SHARES = {"linear": 0.55, "mlp": 0.88, "gbt": 0.78}
_FLOOR_FEATURES, _FLOOR_ROWS = 28, 200_000


@dataclass(frozen=True)
class _Law:
    """The law that features and labels are drawn from: arrays of shape (features,), except ``intercept``."""

    offsets: NDArray[np.float32]
    scales: NDArray[np.float32]
    linear: NDArray[np.float64]
    squares: NDArray[np.float64]
    products: NDArray[np.float64]
    steps: NDArray[np.float64]
    intercept: float = -0.5

    def probabilities(self, normal: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of label 1 for standard normal features of shape (features, rows)."""
        odds = np.full(normal.shape[1], self.intercept)
        for at, values in enumerate(normal.astype(np.float64)):
            odds += self.linear[at] * values
            if self.squares[at]:
                odds += self.squares[at] * (values**2 - 1)
            if self.steps[at]:
                odds += self.steps[at] * np.sign(values - 0.5)
            if self.products[at]:
                odds += self.products[at] * values * normal[(at + 1) % len(normal)]
        probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return probabilities


def _law(features: int, seed: int) -> _Law:
    generator = _generator(seed, 0)
    linear = generator.standard_normal(features)
    # A few strong effects of each kind, so that trees of moderate depth can find them.
    kinds = np.arange(features) % 4
    strong = np.arange(features) < 8
    return _Law(
        offsets=(generator.standard_normal(features) * 10).astype(np.float32),
        scales=(10.0 ** generator.uniform(-2, 3, features)).astype(np.float32),
        linear=linear / np.linalg.norm(linear),
        squares=np.where(strong & (kinds == 0), 0.5, 0.0),
        products=np.where(strong & (kinds == 1), 0.6, 0.0),
        steps=np.where(strong & (kinds == 3), 0.5, 0.0),
    )


def _generator(seed: int, stream: int) -> np.random.Generator:
    # A stream for each portion: no portion depends on how many came before it.
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(stream,))))


def make_synthetic(
    rows: int,
    features: int = 28,
    files: int = 1,
    seed: int = 0,
    *,
    name: str | None = None,
    force: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Manifest:
    """Make a dataset out of a random generator; memory does not grow with the rows.

    Args:
        rows: Rows in both splits; every fifth is for testing.
        features: Number of features.
        files: Files of the train split; the content does not depend on it.
        seed: Seed; each gives another dataset.
        name: Name of the dataset; ``synthetic-ROWSxFEATURES`` if not given.
        force: Whether an existing one is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: The name is taken, or the numbers make no dataset.
        DatasetError: A split would be empty or hold one class only, or the disk is full.
    """
    if min(rows, features, files) < 1 or seed < 0:
        raise UsageError("Rows, features and files must be positive numbers, and the seed must not be negative.")
    name = name or f"synthetic-{rows}x{features}" + (f"-seed{seed}" if seed else "")
    names = tuple(f"x{at}" for at in range(features))
    law, best, done = _law(features, seed), BestGrade(), 0
    with stage_dataset(name, force=force) as directory:
        tests = rows // _TEST_EVERY
        with Builder(directory, Layout(LABEL, names), {"train": rows - tests, "test": tests}, files) as builder:
            for columns, probabilities in _portions(law, rows, seed):
                best.add(probabilities)
                test = np.arange(done + 1, done + 1 + len(probabilities)) % _TEST_EVERY == 0
                builder.write(test, columns)
                done += len(test)
                progress("writing", done, rows)
            source = {"maker": "synthetic", "rows": rows, "features": features, "seed": seed}
            builder.finish(name, best=best.value(), floors=_floors(rows, features, best.value()), source=source)
    return open_manifest(name)


def _floors(rows: int, features: int, best: float) -> dict[str, float]:
    if features != _FLOOR_FEATURES or rows < _FLOOR_ROWS:
        return {}
    return {family: round(0.5 + share * (best - 0.5), 4) for family, share in _FLOOR_SHARES.items()}


def _portions(law: _Law, rows: int, seed: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float64]]]:
    for stream, start in enumerate(range(0, rows, _PORTION), start=1):
        generator = _generator(seed, stream)
        # Always a whole portion, so that fewer rows are the beginning of more rows.
        normal = generator.standard_normal((len(law.scales), _PORTION), np.float32)
        chance = generator.random(_PORTION)
        probabilities = law.probabilities(normal)
        columns = np.empty((1 + len(normal), _PORTION), np.float32)
        columns[0] = chance < probabilities
        np.multiply(normal, law.scales[:, None], out=columns[1:])
        columns[1:] += (law.offsets * law.scales)[:, None]
        kept = min(_PORTION, rows - start)
        yield columns[:, :kept], probabilities[:kept]
