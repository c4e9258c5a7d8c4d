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
    from bench.rows.reading import Rows

ROWS_AT_ONCE = 10_000


def row_groups(dataset: Dataset, split: str, beside: str, share: float = 1.0) -> Iterator[tuple[Any, Any]]:
    """Yield a column and the features of row groups of a split, a share of them from all over it.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
        beside: Name of the column.
        share: Share of the row groups, above 0 and at most 1; of 1 / n about, with a whole n.
    """
    found = open_rows(dataset, split)
    yield from _read(found.only(found.groups[:: max(1, round(1 / share))]), beside)


def batches(dataset: Dataset, *splits: str, part: int = 0, parts: int = 1) -> Iterator[tuple[Any, Any]]:
    """Yield row ids and features, float32 of shape (rows, features), of splits, 10,000 rows at a time.

    Parts are whole row groups, so that all of them have the same batches as the whole, in the same order.

    Args:
        dataset: The dataset.
        splits: ``train``, ``test`` or both.
        part: Number of the part to read, from 0.
        parts: Number of parts; with more than row groups, some are empty.
    """
    found = open_rows(dataset, *splits)
    first, end = (len(found.groups) * border // parts for border in (part, part + 1))
    for row_ids, rows in _read(found.only(found.groups[first:end]), "row_id"):
        for start in range(0, len(rows), ROWS_AT_ONCE):
            yield row_ids[start : start + ROWS_AT_ONCE], rows[start : start + ROWS_AT_ONCE]


def features(dataset: Dataset, split: str) -> Iterator[npt.NDArray[np.float32]]:
    """Return an iterator over the features of a split, float32 of shape (rows, features), 10,000 rows at a time.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
    """
    return (rows for _, rows in batches(dataset, split))


def _read(found: Rows, beside: str) -> Iterator[tuple[Any, Any]]:
    import numpy as np

    for table in found.tables([beside, *found.dataset.features]):
        yield table[beside].to_numpy(), np.column_stack([table[name].to_numpy() for name in found.dataset.features])
