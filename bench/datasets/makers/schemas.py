"""The columns of a table's files: whether their names do, what pandas wrote, and types that hold those of all."""

from __future__ import annotations

import re
from collections import Counter

import pyarrow as pa
import pyarrow.dataset as ds

from bench.datasets.makers.input_errors import ADVICE
from bench.errors import DatasetError


def check_names(schema: pa.Schema, file: str) -> None:
    """See that no two columns have one name.

    Args:
        schema: The columns.
        file: Path of their file.

    Raises:
        DatasetError: Two have.
    """
    for name, count in Counter(schema.names).items():
        if count > 1:
            raise DatasetError(f"{count} columns of {file} are called {name!r}: rename all but one.")


def pandas_index(schema: pa.Schema) -> set[str]:
    """Return the columns that hold the index of a pandas frame; a range, which is no column, is not among them."""
    found = {name for name in schema.names if re.fullmatch(r"__index_level_\d+__", name)}
    try:
        described = schema.pandas_metadata or {}
    except ValueError:
        return found  # somebody else's metadata of this name is nothing to refuse a file for
    index = described.get("index_columns", ()) if isinstance(described, dict) else ()
    return found | {name for name in index if isinstance(name, str) and name in schema.names}


def united(schema: pa.Schema, file: ds.FileFragment) -> pa.Schema:
    """Return columns with types that hold the values of a schema and of a file.

    Args:
        schema: The columns of the files before it.
        file: The file.

    Raises:
        DatasetError: There are no such types.
    """
    try:
        both = [schema, pa.schema([(field.name, _value_type(field)) for field in file.physical_schema])]
        return pa.unify_schemas(both, promote_options="permissive")
    except pa.ArrowTypeError as error:
        cause = " ".join(str(error).split()).rstrip(".")
        raise DatasetError(
            f"The file {file.path} has other types than the files before it ({cause}): {ADVICE}."
        ) from error


def _value_type(field: pa.Field) -> pa.DataType:
    """Return the type of a column's values: which file holds them in a dictionary is nobody's business."""
    if (field.metadata or {}).get(b"spark.sql.catalyst.type") == b"timestamp_ntz":
        return pa.timestamp("us")  # which Spark writes into ORC as whole numbers
    plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    return pa.large_string() if pa.types.is_string_view(plain) else plain  # few functions of pyarrow take views
