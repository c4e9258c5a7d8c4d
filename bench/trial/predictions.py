"""Reads the predictions that a strategy wrote, and sees that they are what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems import InvalidAnswerError, Problem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

KINDS = {"i": "an integer", "f": "a floating-point"}
_BATCH_ROWS = 65_536
_BUFFER_BYTES = 2**18  # of each column: a strategy's row group may be as large as the file


class PredictionFiles:
    """Predictions in Parquet, read some rows at a time."""

    def __init__(self, path: Path, problem: Problem, width: int) -> None:
        """Open the files.

        Args:
            path: Parquet file or directory.
            problem: The kind of problem, which says what columns there are.
            width: How many numbers a prediction is, out of `Problem.width`.

        Raises:
            InvalidAnswerError: They cannot be read, or are of another kind.
        """
        self._width, self._columns = width, problem.columns()
        with _read_errors():
            self._files = _open(path)
            for file in self._files:
                self._check_types(file.schema_arrow)

    def portions(self) -> Iterator[tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[Any]]]]:
        """Yield row ids, int64 of shape (rows,), and values, each of shape (rows,) or (rows, width)."""
        import numpy as np

        for _, batch in self._batches(["row_id", *self._columns]):
            row_ids = batch.column("row_id").to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
            values = {name: self._plain(batch.column(name), len(batch)) for name in self._columns}
            yield row_ids, {name: part.astype(self._precision(name), copy=False) for name, part in values.items()}

    def _precision(self, name: str) -> str:
        kinds = {_value_type(file.schema_arrow.field(name).type) for file in self._files}
        return "float64" if any(kind.bit_width > 32 for kind in kinds) else "float32"

    def _check_types(self, schema: pa.Schema) -> None:
        import pyarrow as pa

        wanted = {"row_id": "i", **self._columns}
        if missing := wanted.keys() - set(schema.names):
            raise InvalidAnswerError(f"its predictions have no column {' and no column '.join(sorted(missing))}")
        fits = {"i": pa.types.is_integer, "f": pa.types.is_floating}
        lists = {name: bool(self._width) and name != "row_id" for name in wanted}
        right = all(
            fits[kind](_value_type(schema.field(name).type)) and lists[name] == _is_list(schema.field(name).type)
            for name, kind in wanted.items()
        )
        if not right:
            raise self._wrong()

    def _wrong(self) -> InvalidAnswerError:
        each = f" of {self._width} values in each row" if self._width else ""
        words = [f"{KINDS[kind]} {name}{each}" for name, kind in self._columns.items()]
        return InvalidAnswerError(f"its predictions must have {' and '.join(['an integer row_id', *words])}")

    def _plain(self, column: pa.Array, rows: int) -> npt.NDArray[Any]:
        import pyarrow.compute as pc

        if self._width:
            if rows and not pc.all(pc.equal(pc.list_value_length(column), self._width)).as_py():
                raise self._wrong()
            column = column.flatten()
            if column.null_count:
                raise InvalidAnswerError("its predictions hold nulls")
        values: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
        return values.reshape(rows, self._width) if self._width else values

    def _batches(self, columns: list[str]) -> Iterator[tuple[slice, pa.RecordBatch]]:
        """Yield portions of all files, each with the places of its rows."""
        start = 0
        with _read_errors():
            for file in self._files:
                for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
                    if any(column.null_count for column in batch.columns):
                        raise InvalidAnswerError("its predictions hold nulls")
                    yield slice(start, start + len(batch)), batch
                    start += len(batch)


class Predictions(PredictionFiles):
    """Predictions in Parquet: their row ids are held, their values are read straight to their places.

    Attributes:
        row_ids: int64 of shape (rows,), in the order of the files.
    """

    def __init__(self, path: Path, problem: Problem, width: int) -> None:
        """Open the files and read the row ids.

        Args:
            path: Parquet file or directory.
            problem: The kind of problem, which says what columns there are.
            width: How many numbers a prediction is, out of `Problem.width`.

        Raises:
            InvalidAnswerError: They cannot be read, or are of another kind.
        """
        import numpy as np

        super().__init__(path, problem, width)
        self.row_ids = np.empty(sum(file.metadata.num_rows for file in self._files), np.int64)
        for rows, batch in self._batches(["row_id"]):
            self.row_ids[rows] = batch.column(0).to_numpy(zero_copy_only=False)

    def arranged(self, places: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
        """Read the values, each row to its place; beside them no more than a batch is in memory.

        Args:
            places: The place of each row, int64 of shape (rows,).

        Returns:
            An array of shape (rows,) or (rows, width) for each of `Problem.columns`.

        Raises:
            InvalidAnswerError: They cannot be read, or are of another kind.
        """
        import numpy as np

        shape = (len(self.row_ids), self._width) if self._width else len(self.row_ids)
        found = {name: np.empty(shape, self._precision(name)) for name in self._columns}
        for rows, values in self._values():
            for name, batch in values.items():
                found[name][places[rows]] = batch
        return found

    def largest_difference(self, row_ids: npt.NDArray[np.int64], others: dict[str, npt.NDArray[Any]]) -> float:
        """Return how far a value lies from that of the same row among others at most.

        Args:
            row_ids: Rows of the others, sorted: int64 of shape (rows,).
            others: Their values, out of `arranged`.
        """
        import numpy as np

        largest = 0.0
        for rows, values in self._values():
            places = np.minimum(np.searchsorted(row_ids, self.row_ids[rows]), len(row_ids) - 1)
            there = row_ids[places] == self.row_ids[rows]
            for name, batch in values.items():
                differences = np.abs(others[name][places[there]] - batch[there])
                largest = max(largest, float(differences.max(initial=0.0)))
        return largest

    def _values(self) -> Iterator[tuple[slice, dict[str, npt.NDArray[Any]]]]:
        for rows, batch in self._batches(list(self._columns)):
            yield rows, {name: self._plain(batch.column(name), len(batch)) for name in self._columns}


@contextmanager
def _read_errors() -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise InvalidAnswerError(f"its predictions cannot be read: {str(error).splitlines()[0]}") from error


def _open(path: Path) -> list[Any]:
    import pyarrow.parquet as pq

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise InvalidAnswerError(f"there is no Parquet file in {path.name}")
    options = {"page_checksum_verification": True, "buffer_size": _BUFFER_BYTES, "pre_buffer": False}
    return [pq.ParquetFile(file, **options) for file in files]


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return any(check(kind) for check in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if _is_list(kind) else kind
