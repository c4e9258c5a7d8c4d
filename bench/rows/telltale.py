"""Finds features that give the label away: what is known only with the answer, such as a date of cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.manifest import Manifest
from bench.problems import problem_of
from bench.rows.groups import RowGroup
from bench.rows.reading import open_rows

SURE = 0.999
ROWS = 200_000
_AT_ONCE = 64  # features: of thousands of columns few are in memory


def find_telltales(manifest: Manifest) -> dict[str, float]:
    """Return the features each of which alone tells the label on the train split, and how well.

    At most `ROWS` rows are read, out of row groups from all over the files.

    Args:
        manifest: A dataset.

    Returns:
        `bench.problems.base.Problem.told_by`, from `SURE` to 1, by feature.
    """
    import pyarrow as pa

    found = manifest.dataset
    train = open_rows(found, "train")
    some = train.only(_some(train.groups))
    labels = to_numpy(pa.concat_tables(some.tables([found.label]))[found.label])
    told: dict[str, float] = {}
    for start in range(0, len(found.features), _AT_ONCE):
        names = found.features[start : start + _AT_ONCE]
        table = pa.concat_tables(some.tables(names))
        told |= {name: problem_of(found).told_by(labels, to_numpy(table[name])) for name in names}
    return {feature: share for feature, share in told.items() if share >= SURE}


def _some(groups: Sequence[RowGroup]) -> list[RowGroup]:
    """Return row groups at equal distances, with `ROWS` rows at most."""
    step = max(1, round(sum(group.rows for group in groups) / ROWS))
    chosen, left = [], ROWS
    for group in groups[::step]:
        if left:
            chosen.append(replace(group, rows=min(group.rows, left)))
            left -= chosen[-1].rows
    return chosen
