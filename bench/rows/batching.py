"""Cuts tables into batches, and mixes the rows of a table that is sorted, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from bench.model import Dataset

CLUSTERED = 0.05  # of the label's variance between stretches of rows: 1 in a table that is sorted by its label


def clustered(dataset: Dataset) -> bool:
    """Return whether the rows of a dataset lie sorted, so that ranks are dealt them in turn and batches are mixed.

    Args:
        dataset: The dataset.
    """
    return dataset.clustered > CLUSTERED


def mixed(found: Iterable[pa.Table], held: int, generator: np.random.Generator) -> Iterator[pa.Table]:
    """Yield all rows in another order: each is drawn at random out of so many and those of the next row groups.

    Args:
        found: Row groups, in a random order already.
        held: Rows to hold back; twice as many, and a row group, are in memory at a time.
        generator: Draws.
    """
    import pyarrow as pa

    pool: list[pa.Table] = []
    for table in found:
        pool.append(table)
        if sum(map(len, pool)) >= 2 * held:
            rows = pa.concat_tables(pool)
            order = generator.permutation(len(rows))
            yield rows.take(order[held:])
            pool = [rows.take(order[:held])]
    if pool:
        rows = pa.concat_tables(pool)
        yield rows.take(generator.permutation(len(rows)))


def portioned(found: Iterable[pa.Table], rows: int) -> Iterator[list[pa.Table]]:
    """Cut tables and put them together, so that each portion but the last has so many rows.

    Args:
        found: Tables with the same columns.
        rows: Rows of a portion.
    """
    held: list[pa.Table] = []
    for table in found:
        start = 0
        while start < len(table):
            held.append(table.slice(start, rows - sum(map(len, held))))
            start += len(held[-1])
            if sum(map(len, held)) == rows:
                yield held
                held = []
    if held:
        yield held
