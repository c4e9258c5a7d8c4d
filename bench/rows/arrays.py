"""Float32 matrices out of columns, in memory that TensorFlow can use in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

ALIGNMENT = 64  # bytes; TensorFlow uses memory in place only where it is aligned so (EIGEN_MAX_ALIGN_BYTES)
_LEAST_ROWS = 512  # to transpose at a time
_FEW = 8  # columns, which are written faster one by one
_BLOCK_BYTES = 2**19  # to transpose at a time, so that columns and rows both stay in a core's cache


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


def transpose(columns: np.ndarray | Sequence[np.ndarray], matrix: np.ndarray, kept: np.ndarray | None = None) -> None:
    """Write rows of columns into a matrix.

    Args:
        columns: float32 of shape (columns, rows), or of shape (rows,) each.
        matrix: float32 of shape (rows that are kept, columns).
        kept: Numbers of the rows that are kept, int64; None for all.
    """
    import numpy as np

    at_once = max(_LEAST_ROWS, _BLOCK_BYTES // (4 * max(1, len(columns))))
    for start in range(0, len(matrix), at_once):
        block = matrix[start : start + at_once]
        rows = slice(start, start + at_once) if kept is None else kept[start : start + at_once]
        if isinstance(columns, np.ndarray):
            block[:] = columns[:, rows].T
        elif len(columns) < _FEW:
            for index, column in enumerate(columns):
                block[:, index] = column[rows]
        else:  # NumPy turns a matrix around several times as fast as column by column
            block[:] = np.stack([column[rows] for column in columns]).T
