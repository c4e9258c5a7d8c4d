"""The content of many rows in a few numbers, whatever their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.datasets.format.hashing import hash_rows

if TYPE_CHECKING:
    import numpy as np

WORD = 2**64


class RowDigest:
    """Takes labels and features in any portions, and adds up 128 bits of each row and 64 bits of each column.

    A row that is missing, comes twice or holds another value changes the sums of rows, and so do two columns that are
    exchanged. The sums of columns then tell in which of them the difference lies. It finds accidents, not attacks.

    Attributes:
        rows: How many rows there were.
        lanes: Two sums of hashes of rows, modulo 2**64.
        columns: For the label and each feature, the sum of the bits of its values, modulo 2**64.
    """

    def __init__(self, rows: int = 0, lanes: tuple[int, int] = (0, 0), columns: tuple[int, ...] = ()) -> None:
        """Begin with sums, by default with none."""
        self.rows, self.lanes, self.columns = rows, lanes, columns

    def add(self, labels: np.ndarray, features: np.ndarray) -> None:
        """Take rows.

        Args:
            labels: float32 of shape (rows,).
            features: float32 of shape (rows, features).
        """
        import numpy as np

        columns = np.empty((1 + features.shape[1], len(labels)), np.float32)
        columns[0], columns[1:] = labels, features.T
        lanes = [int(lane.sum(dtype=np.uint64)) for lane in hash_rows(columns)]
        sums = columns.view(np.uint32).sum(axis=1, dtype=np.uint64).tolist()
        self.merge(RowDigest(len(labels), (lanes[0], lanes[1]), tuple(sums)))

    def merge(self, other: RowDigest) -> None:
        """Take the rows of another digest of the same columns."""
        self.rows += other.rows
        low, high = ((own + more) % WORD for own, more in zip(self.lanes, other.lanes, strict=True))
        self.lanes = low, high
        own_columns = self.columns or (0,) * len(other.columns)
        pairs = zip(own_columns, other.columns or (0,) * len(own_columns), strict=True)
        self.columns = tuple((own + more) % WORD for own, more in pairs)

    def as_json(self) -> dict[str, Any]:
        """Return what `of_json` takes, fit for JSON."""
        return {"rows": self.rows, "lanes": list(self.lanes), "columns": list(self.columns)}

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> RowDigest:
        """Return the digest that `as_json` has written."""
        low, high = found["lanes"]
        return cls(found["rows"], (low, high), tuple(found["columns"]))
