"""Float32 matrices out of columns, in memory that TensorFlow can use in place; and columns as arrays and back.

pyarrow's own conversions between its arrays and NumPy's import pandas first, where it is there, for a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ALIGNMENT = 64  # bytes; TensorFlow uses memory in place only where it is aligned so (EIGEN_MAX_ALIGN_BYTES)
_BLOCK = 4096  # rows to transpose at a time, so that columns and rows both stay in a core's cache


def aligned_matrix(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return columns as one matrix.

    Args:
        columns: float32 of shape (rows,), each.

    Returns:
        float32 of shape (rows, columns) in C order, at a multiple of `ALIGNMENT` bytes.
    """
    result = allocate(len(columns[0]), len(columns))
    transpose(columns, result)
    return result


def allocate(rows: int, columns: int) -> np.ndarray:
    """Allocate a float32 matrix that TensorFlow can use in place: NumPy itself only aligns to 16 bytes."""
    import numpy as np

    memory = np.empty(rows * columns * 4 + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + rows * columns * 4].view(np.float32).reshape(rows, columns)


def transpose(columns: Sequence[np.ndarray], matrix: np.ndarray) -> None:
    """Write columns into a matrix that has their number of rows.

    Args:
        columns: float32 of shape (rows,), each.
        matrix: float32 of shape (rows, columns).
    """
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK]
        for index, column in enumerate(columns):
            block[:, index] = column[start : start + _BLOCK]


def to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column as an array, in place where it is of one piece.

    Args:
        column: Numbers, none missing.
    """
    import numpy as np

    pieces = [np.from_dlpack(piece) for piece in column.iterchunks()]
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
