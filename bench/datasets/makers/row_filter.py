"""What leaves rows of a user's table out."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class RowFilter(Protocol):
    """Says of each row whether it is read."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns that it looks at."""

    def keep(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Return which rows are read, bool of shape (rows,).

        Args:
            batch: Their values in `columns`, of the types that their file has.
        """
