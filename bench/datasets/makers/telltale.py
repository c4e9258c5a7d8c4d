"""Finds features that give the label away: what is known only with the answer, such as a date of cancellation."""

from __future__ import annotations

from pathlib import Path

import pyarrow.dataset as ds

from bench.datasets.format.manifest import Manifest
from bench.problems import problem_of

SURE = 0.999
ROWS = 200_000


def find_telltales(manifest: Manifest) -> dict[str, float]:
    """Return the features each of which alone tells the label on the train split, and how well.

    At most `ROWS` rows are read, the first, which stand for all, since rows were shuffled.

    Args:
        manifest: A dataset in a directory of this machine.

    Returns:
        `bench.problems.base.Problem.told_by`, from `SURE` to 1, by feature.
    """
    found = manifest.dataset
    train = ds.dataset(Path(found.path) / "split=train", format="parquet")
    labels = train.head(ROWS, columns=[found.label])[found.label].to_numpy()
    told = {
        feature: problem_of(found).told_by(labels, train.head(ROWS, columns=[feature])[feature].to_numpy())
        for feature in found.features
    }
    return {feature: share for feature, share in told.items() if share >= SURE}
