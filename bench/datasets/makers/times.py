"""Makes numbers of timestamps and dates: the hour, the weekday, the day, the month, and the age."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy
from bench.datasets.makers.encode import PER_SECOND, encode, whole_numbers
from bench.errors import DatasetError, UsageError

_CALENDAR = {"hour": pc.hour, "weekday": pc.day_of_week, "day": pc.day, "month": pc.month}
AGE = "age"
PARTS = (*_CALENDAR, AGE)
_DAY = 86_400  # seconds


def checked_parts(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of parts, each once and in the order of `PARTS`.

    Raises:
        UsageError: One is no part.
    """
    for name in names:
        if name not in PARTS:
            raise UsageError(f"No number is made of a timestamp by the name {name!r}: choose from {', '.join(PARTS)}.")
    return tuple(part for part in PARTS if part in names)


def parts_of(kind: pa.DataType, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return those of the wanted parts that values of a type have: a date has no hour."""
    return tuple(part for part in wanted if part != "hour" or pa.types.is_timestamp(kind))


def time_part(column: pa.Array | pa.ChunkedArray, part: str, newest: float = 0.0) -> NDArray[np.float32]:
    """Return one number of each timestamp or date: float32 of shape (rows,), NaN where it is missing.

    Hour (0 to 23), day (1 to 31), month (1 to 12) and weekday (0 is Monday, 6 Sunday) are those of the column's own
    time zone; a column without one is read as it is written.

    Args:
        column: Timestamps or dates.
        part: One of `PARTS`.
        newest: For the age, which is in days and fractions of days: the point of time that it is counted back from, in
            seconds since 1970.
    """
    if part != AGE:
        return encode(_CALENDAR[part](column))
    days = (newest - seconds(column)) / _DAY
    return days.astype(np.float32)


def seconds(column: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    """Return timestamps or dates as seconds since 1970, in UTC where the column has a time zone.

    Args:
        column: Timestamps or dates.

    Returns:
        float64 of shape (rows,), which is exact to the microsecond for 285 years around; NaN where missing.
    """
    kind, present = column.type, column.drop_null()
    if pa.types.is_date32(kind):
        points = whole_numbers(present) * float(_DAY)
    else:
        points = whole_numbers(present) / PER_SECOND["ms" if pa.types.is_date64(kind) else kind.unit]
    found = np.full(len(column), np.nan)
    found[to_numpy(column.is_valid())] = points
    return found


def check_zone(name: str, kind: pa.DataType) -> None:
    """See that the time zone of a column is known here.

    Args:
        name: Name of the column.
        kind: Its type.

    Raises:
        DatasetError: It is not.
    """
    try:
        pc.hour(pa.scalar(0, kind)) if pa.types.is_timestamp(kind) else None
    except pa.ArrowInvalid as error:
        raise DatasetError(
            f"The column {name!r} is of the time zone {kind.tz!r}, which is not known here: install the system's "
            "tzdata, or write the column in UTC."
        ) from error
