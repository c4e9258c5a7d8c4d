"""Columns as arrays and back, in place. pyarrow's own conversions to NumPy import pandas first, for a second of CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def in_one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece, as it is where it has one only."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def to_numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return a column as an array, in place where it is of one piece and of numbers.

    Args:
        column: Numbers or booleans, none missing.
    """
    import numpy as np
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        return to_numpy(column.cast(pa.uint8())).view(np.bool_)
    chunks = column.iterchunks() if isinstance(column, pa.ChunkedArray) else [column]
    pieces = [np.from_dlpack(chunk) for chunk in chunks]
    if not pieces:
        return np.empty(0, column.type.to_pandas_dtype())
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def to_arrow(values: np.ndarray) -> pa.Array:
    """Return an array as a column, in place.

    Args:
        values: Numbers of shape (rows,).
    """
    import numpy as np
    import pyarrow as pa

    memory = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, memory])


@dataclass(frozen=True)
class Block:
    """Columns of a row group, and which of its rows are meant.

    Attributes:
        beside: Columns that are no features, by name: ``row_id`` is int64, others float32, of shape (rows,).
        names: Names of the features.
        features: The features: float32 of shape (features, rows), or of shape (rows,) each.
        kept: Numbers of the rows that are meant, int64 in ascending order; None for all.
    """

    beside: Mapping[str, np.ndarray]
    names: Sequence[str]
    features: np.ndarray | Sequence[np.ndarray]
    kept: np.ndarray | None = None

    def column(self, name: str) -> np.ndarray:
        """Return a column that is no feature, of the rows that are meant."""
        return self._meant(self.beside[name])

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Return columns of the rows that are meant.

        Args:
            columns: Their names.
        """
        import pyarrow as pa

        found = {**self.beside, **dict(zip(self.names, self.features, strict=True))}
        arrays = [to_arrow(self._meant(found[name])) for name in columns]
        # No value of a dataset is missing, and its files say so.
        fields = [pa.field(name, array.type, nullable=False) for name, array in zip(columns, arrays, strict=True)]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def _meant(self, column: np.ndarray) -> np.ndarray:
        return column if self.kept is None else column[self.kept]
