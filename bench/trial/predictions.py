"""Reads the predictions that a strategy wrote, and sees that they are what they should be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.problems import InvalidAnswerError, Problem

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

KINDS = {"i": "an integer", "f": "a floating-point"}


def read_predictions(
    path: Path, problem: Problem, width: int
) -> tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[Any]]]:
    """Return the row ids, int64 of shape (rows,), and the predictions, of shape (rows,) or (rows, width).

    Args:
        path: Parquet file or directory.
        problem: The kind of problem, which says what columns there are.
        width: How many numbers a prediction is, out of `Problem.width`.

    Raises:
        InvalidAnswerError: They cannot be read, or are of another kind.
    """
    import pyarrow as pa

    wanted = {"row_id": "i", **problem.columns()}
    try:
        table = _read(path, [*wanted])
    except (OSError, pa.ArrowException) as error:
        raise InvalidAnswerError(f"its predictions cannot be read: {str(error).splitlines()[0]}") from error
    if missing := wanted.keys() - set(table.column_names):
        raise InvalidAnswerError(f"its predictions have no column {' and no column '.join(sorted(missing))}")
    if any(table[name].null_count for name in wanted):
        raise InvalidAnswerError("its predictions hold nulls")
    found = {name: table[name].combine_chunks() for name in wanted}
    found |= {name: _values(found[name], width) for name in problem.columns()} if width else {}
    fits = {"i": pa.types.is_integer, "f": pa.types.is_floating}
    if not all(found[name] is not None and fits[kind](found[name].type) for name, kind in wanted.items()):
        each = f" of {width} values in each row" if width else ""
        words = " and ".join(f"{KINDS[kind]} {name}{'' if name == 'row_id' else each}" for name, kind in wanted.items())
        raise InvalidAnswerError(f"its predictions must have {words}")
    if any(column.null_count for column in found.values()):
        raise InvalidAnswerError("its predictions hold nulls")
    arrays = {name: column.to_numpy(zero_copy_only=False) for name, column in found.items()}
    row_ids = arrays.pop("row_id")
    return row_ids, {name: values.reshape(-1, width) if width else values for name, values in arrays.items()}


def _values(column: pa.Array, width: int) -> pa.Array | None:
    """Return the values of a column of lists, one after the other; None where a row has more or fewer of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if not any(is_kind(column.type) for is_kind in kinds):
        return None
    right = pc.all(pc.equal(pc.list_value_length(column), width)).as_py() in (True, None)
    return column.flatten() if right else None


def _read(path: Path, columns: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise InvalidAnswerError(f"there is no Parquet file in {path.name}")
    tables = [pq.ParquetFile(file, page_checksum_verification=True) for file in files]
    present = [name for name in columns if name in tables[0].schema_arrow.names]
    return pa.concat_tables([file.read(columns=present) for file in tables])
