"""Columns of float32 as an Arrow table, in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def to_table(names: Sequence[str], row_ids: NDArray[np.int64], columns: Mapping[str, NDArray[np.float32]]) -> pa.Table:
    """Return columns of rows.

    Args:
        names: Names of the columns: ``row_id``, and those of ``columns`` that are wanted.
        row_ids: int64 of shape (rows,).
        columns: float32 of shape (rows,), by name.
    """
    arrays = [pa.array(row_ids) if name == "row_id" else pa.array(columns[name]) for name in names]
    return pa.Table.from_arrays(arrays, list(names))
