"""Sorts the types of a user's columns by what can be made of them, and says what to do with all others."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from bench.datasets.makers.times import PARTS


def is_number(kind: pa.DataType) -> bool:
    """Tell whether values of a type are numbers or booleans."""
    kind = _value_type(kind)
    checks = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(check(kind) for check in checks)


def is_span(kind: pa.DataType) -> bool:
    """Tell whether values of a type are durations, or times of a day, which are durations since midnight."""
    kind = _value_type(kind)
    return bool(pa.types.is_duration(kind) or pa.types.is_time(kind))


def is_text(kind: pa.DataType) -> bool:
    """Tell whether values of a type are strings."""
    kind = _value_type(kind)
    return any(check(kind) for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def is_time(kind: pa.DataType) -> bool:
    """Tell whether values of a type are timestamps or dates."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def fields(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths of the fields with values inside a column, each with its type; the column itself if it has none.

    Args:
        name: Path of the column.
        kind: Its type.
    """
    inner = [kind.field(at) for at in range(kind.num_fields)] if pa.types.is_nested(kind) else []
    if pa.types.is_map(kind):
        inner = [kind.key_field, kind.item_field]
    for field in inner:
        yield from fields(f"{name}.{field.name}", field.type)
    if not inner:
        yield f"{name} ({kind})"


def remedies(kinds: list[pa.DataType]) -> Iterator[str]:
    """Yield what can be done with columns that cannot be used as they are, in the words of an order.

    Args:
        kinds: Their types.
    """
    if any(map(is_time, kinds)):
        yield f"make numbers of timestamps and dates with --timestamps {','.join(PARTS)}"
    if any(map(pa.types.is_nested, kinds)):
        yield "write the fields of nested columns as columns of their own"
    if any(map(_is_bytes, kinds)):
        yield "write bytes that are text as strings"
    if not all(is_time(kind) or pa.types.is_nested(kind) or _is_bytes(kind) for kind in kinds):
        yield "turn them into numbers"


def _is_bytes(kind: pa.DataType) -> bool:
    kind = _value_type(kind)
    checks = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(check(kind) for check in checks)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
