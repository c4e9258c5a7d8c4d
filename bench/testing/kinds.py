"""Small datasets of each kind of problem, in which some rows weigh something and all others contradict them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.model import Dataset

if TYPE_CHECKING:
    import numpy.typing as npt

ROWS, FEATURES = 20_000, 4
CENTRE, SPREAD = 1000.0, 50.0  # of a number as label: a network that takes it as it is learns little of it
RIGHT = 0.9  # of the share that the right label has where all are as frequent: with equal shares chance decides, and a
# linear model of two classes that ignores weights may rank rows well by luck


@dataclass(frozen=True)
class PlantedLabels:
    """How labels of a kind follow from a signal in the features.

    Attributes:
        ways: How many labels contradict each other.
        label: Takes the signal and which of the labels to give, from 0, the right one; arrays of shape (rows,).
        enough: A first grade that is out of reach where the features say nothing, and within it for a few small trees.
        classes: Names of the classes.
    """

    ways: int
    label: Callable[[npt.NDArray[Any], npt.NDArray[Any]], npt.NDArray[Any]]
    enough: float
    classes: tuple[str, ...] = ()


def _third(signal: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return 1 * (signal > -0.62) + 1 * (signal > 0.62)


# Features that say nothing give 1.1 nats, 72, and an area of a half.
LAWS = {
    "multiclass": PlantedLabels(3, lambda signal, turn: (_third(signal) + turn) % 3, 0.95, ("low", "middle", "high")),
    "regression": PlantedLabels(2, lambda signal, turn: CENTRE + SPREAD * signal * (1 - 2 * turn), 60.0),
    "binary": PlantedLabels(2, lambda signal, turn: ((signal > 0) + turn) % 2, 0.8, ("0", "1")),
}


def make_weighted_dataset(home: Path, problem: str, *, weights: bool = True, rows: int = ROWS) -> Dataset:
    """Make a small dataset of a kind, of which every fifth row is for testing.

    Of the train split less than one row in two, or in three, has the right label, and a weight. The others have all
    wrong labels alike, and no weight: whoever ignores weights finds that the features speak for these.

    Args:
        home: Directory to put it in.
        problem: The kind of problem, one of `LAWS`.
        weights: Whether rows have weights; without them all labels are right.
        rows: Rows in both splits.
    """
    import numpy as np

    from bench.datasets.format.manifest import load_manifest
    from bench.datasets.makers.build import Builder
    from bench.datasets.makers.layout import Layout

    generator, law = np.random.default_rng(0), LAWS[problem]
    features = generator.standard_normal((FEATURES, rows))
    signal = features[0] + features[1] + 0.3 * generator.standard_normal(rows)
    test = np.arange(rows) % 5 == 0
    shares = np.array([RIGHT / law.ways, *[(1 - RIGHT / law.ways) / (law.ways - 1)] * (law.ways - 1)])
    turn = np.where(test, 0, generator.choice(law.ways, rows, p=shares)) if weights else np.zeros(rows, np.int64)
    weight = (turn == 0) * generator.uniform(1, 3, rows)
    columns = [law.label(signal, turn), *([weight] if weights else []), *features]
    names = tuple(f"x{number}" for number in range(FEATURES))
    layout = Layout("label", names, problem, law.classes, "weight" if weights else "")
    directory = home / f"{problem}{'-weighted' if weights else ''}"
    directory.mkdir(parents=True)
    with Builder(directory, layout, {"train": int((~test).sum()), "test": int(test.sum())}) as builder:
        builder.write(test, np.stack(columns).astype(np.float32))
        builder.finish(directory.name)
    return load_manifest(directory)
