"""Finds features that give the label away: what is known only with the answer, such as a date of cancellation."""

from __future__ import annotations

import pyarrow.dataset as ds

from bench.datasets.format.manifest import Manifest
from bench.problems import problem_of
from bench.stores.filesystem import filesystem

SURE = 0.999
ROWS = 200_000
_AT_ONCE = 64  # features: the footer is read for each lot, and of thousands of columns it is large


def find_telltales(manifest: Manifest) -> dict[str, float]:
    """Return the features each of which alone tells the label on the train split, and how well.

    At most `ROWS` rows are read, the first, which stand for all, since rows were shuffled.

    Args:
        manifest: A dataset.

    Returns:
        `bench.problems.base.Problem.told_by`, from `SURE` to 1, by feature.
    """
    found = manifest.dataset
    opened, root = filesystem(found.path, found.storage)
    train = ds.dataset(f"{root}/split=train", filesystem=opened, format="parquet")
    labels = train.head(ROWS, columns=[found.label])[found.label].to_numpy()
    told: dict[str, float] = {}
    for start in range(0, len(found.features), _AT_ONCE):
        table = train.head(ROWS, columns=list(found.features[start : start + _AT_ONCE]))
        told |= {name: problem_of(found).told_by(labels, table[name].to_numpy()) for name in table.column_names}
    return {feature: share for feature, share in told.items() if share >= SURE}
