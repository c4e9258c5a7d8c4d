"""Writes predictions, for strategies that hold them as arrays."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bench.datasets.format.arrays import to_arrow
from bench.problems import problem_of

if TYPE_CHECKING:
    from bench.model import Dataset


def width(dataset: Dataset) -> int:
    """Return how many numbers an answer is: 0 for a single number, else the number of classes.

    Args:
        dataset: The dataset, which names its kind of problem.
    """
    return problem_of(dataset).width(dataset)


class PredictionWriter:
    """Writes ``(row_id, score)`` to one Parquet file, batch after batch, in constant memory.

    with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
        predictions.write(row_ids, scores)
    return predictions.path
    """

    def __init__(self, path: Path, width: int = 0) -> None:
        """Open the file.

        Args:
            path: The file to write.
            width: How many numbers a score is, which are a list then; 0 for a single number. `width` says it.
        """
        # Imported here, because every strategy imports this module and most never need these.
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        self._width = width
        score = pa.list_(pa.float32(), width) if width else pa.float32()
        self._schema = pa.schema([("row_id", pa.int64()), ("score", score)])
        self._file = pq.ParquetWriter(path, self._schema, use_dictionary=False)

    def write(self, row_ids: Any, scores: Any) -> None:
        """Append one batch.

        Args:
            row_ids: Array of shape (rows,), int64.
            scores: Array of shape (rows,) or (rows, 1), floating point; (rows, width) where there is a width.
        """
        import numpy as np
        import pyarrow as pa

        found = to_arrow(np.asarray(scores, np.float32).reshape(-1))
        if self._width:
            found = pa.FixedSizeListArray.from_arrays(found, self._width)
        self._file.write_table(pa.table([to_arrow(np.asarray(row_ids, np.int64)), found], schema=self._schema))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
