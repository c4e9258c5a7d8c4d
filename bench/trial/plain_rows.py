"""Reads rows by plain code, for what strategies' answers are compared with.

Of `bench.rows` it uses the columns of row groups only: a mistake in how rows are shared out, put into matrices or cut
into batches shows in the answers of the strategies and not in the harness's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.rows.reading import open_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from bench.model import Dataset

ROWS_AT_ONCE = 10_000


def row_groups(dataset: Dataset, split: str, beside: str, share: float = 1.0) -> Iterator[tuple[Any, Any]]:
    """Yield a column and the features of row groups of a split, a share of them from all over it.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
        beside: Name of the column.
        share: Share of the row groups, above 0 and at most 1; of 1 / n about, with a whole n.
    """
    import numpy as np

    found = open_rows(dataset, split)
    for table in found.only(found.groups[:: max(1, round(1 / share))]).tables([beside, *dataset.features]):
        yield table[beside].to_numpy(), np.column_stack([table[name].to_numpy() for name in dataset.features])


def features(dataset: Dataset, split: str) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the features of a split, float32 of shape (rows, features), 10,000 rows at a time.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
    """
    for _, rows in row_groups(dataset, split, "row_id"):
        for start in range(0, len(rows), ROWS_AT_ONCE):
            yield rows[start : start + ROWS_AT_ONCE]
