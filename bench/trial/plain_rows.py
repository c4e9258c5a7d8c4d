"""Reads rows by plain code, for what strategies' answers are compared with.

It does not use `bench.rows`: a mistake there shows in the answers of the strategies and not in the harness's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.datasets.format.files import DataFiles
from bench.rows.reading import open_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from bench.model import Dataset

ROWS_AT_ONCE = 10_000


def row_groups(dataset: Dataset, split: str, beside: str, share: float = 1.0) -> Iterator[tuple[Any, Any]]:
    """Yield a column and the features of the first row groups of each file of a split, a share of them.

    Args:
        dataset: The dataset.
        split: ``train`` or ``test``.
        beside: Name of the column.
        share: Share of each file's row groups, above 0.
    """
    import numpy as np

    if dataset.table:  # whose rows only its own view knows; that one is compared with pandas in the tests
        found = open_rows(dataset, split)
        some = found.only(found.groups[:: max(1, round(1 / share))])
        for table in some.tables([beside, *dataset.features]):
            yield table[beside].to_numpy(), np.column_stack([table[name].to_numpy() for name in dataset.features])
        return
    files = DataFiles(dataset)
    for path in files.paths(split):
        with files.open_parquet(files.open(path)) as file:
            for number in range(math.ceil(share * file.num_row_groups)):
                table = file.read_row_group(number, columns=[beside, *dataset.features])
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
