"""The form of a feature table: which columns it has, of which types, and that no value is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bench.errors import DatasetError, Skip

# Names of types, as Arrow and as Spark write them; the first is the one to ask for.
ROW_IDS = ("int64", "bigint", "int32", "int")
SPLITS = ("bool", "boolean")
NUMBERS = ("float",)


def require_form(frame: Any, columns: Sequence[str], row_ids: Sequence[str] = ROW_IDS) -> None:
    """Check that a feature table can be used, as far as this can be seen without a pass over its rows.

    Args:
        frame: An Arrow table, or a data frame of Spark, whose missing values `naming_missing` finds.
        columns: Names of the label and the features.
        row_ids: Types that the row id may be of.

    Raises:
        DatasetError: A column is not there, is of another type, or lacks values; the sentence names it.
    """
    in_spark = hasattr(frame, "mapInArrow")
    types = _types_in_spark(frame) if in_spark else {field.name: str(field.type) for field in frame.schema}
    for name, allowed in (_wanted(columns) | {"row_id": row_ids}).items():
        if name not in types:
            raise DatasetError(
                f"The feature table has no column {name!r}: it needs row_id, test, the label and features."
            )
        if types[name] not in allowed:
            raise DatasetError(_sentence(name, f"of type {types[name]}", allowed[0]))
        if not in_spark and frame[name].null_count:
            raise DatasetError(_sentence(name, "with missing values", allowed[0]))


def _wanted(columns: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"row_id": ROW_IDS, "test": SPLITS, **dict.fromkeys(columns, NUMBERS)}


def _types_in_spark(frame: Any) -> Mapping[str, str]:
    return {field.name: field.dataType.simpleString() for field in frame.schema.fields}


def _sentence(name: str, what: str, wanted: str) -> str:
    return f"The column {name!r} of the feature table is {what}, and has to be {wanted}, none missing."


@contextmanager
def naming_missing(frame: Any, columns: Sequence[str]) -> Iterator[None]:
    """Name the column of a data frame of Spark that lacks values, where what follows fails of them.

    Only then are they looked for: it is a job of Spark, which a pipeline whose table is right would pay for.

    Args:
        frame: What `require_form` has let through.
        columns: Names of the label and the features.

    Raises:
        DatasetError: A column lacks values.
    """
    try:
        yield
    except Skip:
        raise
    except Exception as error:
        wanted = _wanted(columns)
        if hasattr(frame, "mapInArrow") and (name := _find_missing(frame, tuple(wanted))):
            raise DatasetError(_sentence(name, "with missing values", wanted[name][0])) from error
        raise


def _find_missing(frame: Any, names: Sequence[str]) -> str | None:
    """Return the first column that lacks values; None also where Spark is gone, whose end is the reason then."""
    try:
        found = frame.selectExpr(*(f"count_if(`{name}` is null)" for name in names)).first()
    except Exception:
        return None
    return next((name for name, missing in zip(names, found, strict=True) if missing), None)
