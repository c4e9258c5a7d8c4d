"""Datasets out of a random generator, of any size, whose best possible grade is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import Builder, ProgressCallback, ignore_progress
from bench.datasets.makers.labels import MOST_CLASSES
from bench.datasets.makers.laws import KINDS, WITH_CLASSES, Law, draw_law, random_generator
from bench.datasets.makers.layout import Layout
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import UsageError
from bench.problems import DEFAULT
from bench.problems.binary import BINARY
from bench.problems.multiclass import MULTICLASS
from bench.problems.regression import REGRESSION

LABEL = "label"
# Rows that are drawn at once, from a random stream of their own. Changing it changes every dataset.
_PORTION = 65_536
_TEST_EVERY = 5
# For each kind of problem, number of classes and family, the share of the way from the baseline to the best grade that
# a correct implementation never falls below, with 28 features, enough rows and the default amount of training. Measured
# with 200,000 rows; what broken twins reached at most from one of 64 row groups stands behind the colon.
#   2 classes (best grade 0.841): linear 0.62; MLP 0.94 (5 seeds): 0.50; boosted trees 0.83 to 0.86: 0.72. An MLP with
#   unscaled features reached 0.55, and shuffled labels 0.12.
#   Numbers: linear 0.33: 0.32; MLP 0.87 (2 seeds): below 0; boosted trees 0.58 to 0.60, MLlib's 0.71: 0.50. An MLP with
#   unscaled features or label lay below 0, and shuffled labels at 0.01.
#   3 classes: linear 0.31: 0.28; MLP 0.81 (2 seeds): below 0; boosted trees 0.75 to 0.80: 0.63.
#   5 classes: linear 0.36: 0.31; MLP 0.84 (2 seeds): below 0; boosted trees 0.68 to 0.77: 0.55.
#   10 classes: linear 0.42: 0.34; MLP 0.85 (2 seeds): below 0; boosted trees 0.64 to 0.75: 0.45.
#   Of classes, an MLP with unscaled features reached 0.16, and shuffled labels 0.
# A forest loses as little with one row group as a linear model (1 seed): 2 classes 0.68: 0.65; numbers 0.35: 0.34; 3
# classes 0.42: 0.41. MLlib's perceptron reaches 0.58 to 0.60 of 2 classes in ten steps (3 seeds, an eighth of the
# rows; 0.20 to 0.39 in five); more classes were measured in five only, which give no floor.
_FLOOR_SHARES = {
    (BINARY.name, 2): {"linear": 0.55, "mlp": 0.88, "mlp_lbfgs": 0.5, "gbt": 0.78, "forest": 0.6},
    (REGRESSION.name, 0): {"linear": 0.28, "mlp": 0.8, "gbt": 0.53, "forest": 0.28},
    (MULTICLASS.name, 3): {"linear": 0.26, "mlp": 0.74, "gbt": 0.69, "forest": 0.35},
    (MULTICLASS.name, 5): {"linear": 0.31, "mlp": 0.77, "gbt": 0.61},
    (MULTICLASS.name, 10): {"linear": 0.36, "mlp": 0.77, "gbt": 0.55},
}
_FLOOR_FEATURES, _FLOOR_ROWS = 28, 200_000
_LEAST_CLASSES = 3


def make_synthetic(
    rows: int,
    features: int = 28,
    files: int = 1,
    seed: int = 0,
    *,
    kind: str = DEFAULT,
    classes: int | None = None,
    group_rows: int | None = None,
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
        kind: Name of the kind of problem.
        classes: Number of classes, where the kind has any number of them; 3 if it is not given.
        group_rows: Most rows of a row group; None for the default.
        name: Name of the dataset; ``synthetic-ROWSxFEATURES`` if not given.
        force: Whether an existing one is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: The name is taken, or the numbers make no dataset.
        DatasetError: A split would be empty or hold one class only, or the disk is full.
    """
    if min(rows, features, files) < 1 or seed < 0:
        raise UsageError("Rows, features and files must be positive numbers, and the seed must not be negative.")
    classes = _checked_classes(kind, classes)
    told = {} if kind == DEFAULT else {"kind": kind} | ({"classes": classes} if classes else {})
    name = name or "-".join(
        [f"synthetic-{rows}x{features}", *map(str, told.values()), *([f"seed{seed}"] if seed else [])]
    )
    names = tuple(f"x{at}" for at in range(features))
    with stage_dataset(name, force=force) as directory:
        generator = random_generator(seed, 0)
        law = draw_law(kind, generator, seed, features, classes or 0)
        places = _places(generator, features)
        tests, done = rows // _TEST_EVERY, 0
        layout = Layout(LABEL, names, kind, law.classes)
        with Builder(directory, layout, {"train": rows - tests, "test": tests}, files, group_rows) as builder:
            for columns in _portions(law, places, rows, seed):
                test = np.arange(done + 1, done + 1 + columns.shape[1]) % _TEST_EVERY == 0
                builder.write(test, columns)
                done += len(test)
                progress("writing", done, rows)
            source = {"maker": "synthetic", "rows": rows, "features": features, "seed": seed, **told}
            floors = _floors(kind, rows, features, seed, law)
            builder.finish(name, best=law.best(), floors=floors, source=source)
    return open_manifest(name)


def _checked_classes(kind: str, classes: int | None) -> int | None:
    """Return the number of classes, None where the kind has no number of its own."""
    if kind not in KINDS:
        raise UsageError(f"There is no law for labels of kind {kind!r}: choose {', '.join(KINDS[:-1])} or {KINDS[-1]}.")
    if kind not in WITH_CLASSES:
        if classes is not None:
            raise UsageError(f"Labels of kind {kind} have no number of classes to choose: leave it out.")
        return None
    if not _LEAST_CLASSES <= (classes or _LEAST_CLASSES) <= MOST_CLASSES:
        raise UsageError(f"{classes} is no number of classes: give one from {_LEAST_CLASSES} to {MOST_CLASSES:,}.")
    return classes or _LEAST_CLASSES


def _floors(kind: str, rows: int, features: int, seed: int, law: Law) -> dict[str, float]:
    # Of two classes the share hardly depends on the seed; of the other kinds only seed 0 was measured.
    if features != _FLOOR_FEATURES or rows < _FLOOR_ROWS or (seed and kind != DEFAULT):
        return {}
    start, way = law.baseline(), law.best() - law.baseline()
    return {family: round(start + share * way, 4) for family, share in _floor_shares(kind, len(law.classes)).items()}


def _floor_shares(kind: str, classes: int) -> dict[str, float]:
    """Return the share of each family; for a number of classes between two that were measured, one between theirs."""
    measured = {number: shares for (name, number), shares in sorted(_FLOOR_SHARES.items()) if name == kind}
    if not min(measured) <= classes <= max(measured):
        return {}
    families = [family for family in measured[min(measured)] if all(family in shares for shares in measured.values())]
    found = {
        family: float(np.interp(classes, list(measured), [shares[family] for shares in measured.values()]))
        for family in families
    }
    return found | measured.get(classes, {})


def _places(generator: np.random.Generator, features: int) -> NDArray[np.float32]:
    """Return the scale and the mean of each feature: float32 of shape (2, features, 1)."""
    offsets = (generator.standard_normal(features) * 10).astype(np.float32)
    scales = (10.0 ** generator.uniform(-2, 3, features)).astype(np.float32)
    return np.stack([scales, offsets * scales])[:, :, None]


def _portions(law: Law, places: NDArray[np.float32], rows: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield label and features: float32 of shape (1 + features, rows)."""
    scales, means = places
    for stream, start in enumerate(range(0, rows, _PORTION), start=1):
        # A stream for each portion: no portion depends on how many came before it.
        generator, kept = random_generator(seed, stream), min(_PORTION, rows - start)
        # Always a whole portion, so that fewer rows are the beginning of more rows.
        normal = generator.standard_normal((len(scales), _PORTION), np.float32)
        columns = np.empty((1 + len(normal), _PORTION), np.float32)
        columns[0] = law.draw(generator, normal, kept)
        np.multiply(normal, scales, out=columns[1:])
        columns[1:] += means
        yield columns[:, :kept]
