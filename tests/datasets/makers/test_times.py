"""Timestamps become numbers; what is missing, unknown or called alike is seen to."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets.makers.categories import CategoryRule
from bench.datasets.makers.columns import choose_columns
from bench.datasets.makers.features import FeatureSurvey
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.times import PARTS, time_part
from bench.errors import DatasetError

Written = Callable[..., Path]
# A Thursday, and the Sunday before it.
WHEN = [datetime.datetime(2015, 1, 1, 23, 30), None, datetime.datetime(2014, 12, 28)]


@pytest.mark.parametrize(
    ("part", "expected"),
    [("hour", [23, 0]), ("weekday", [3, 6]), ("day", [1, 28]), ("month", [1, 12]), ("age", [0.5 / 24, 5])],
)
def test_parts_of_timestamps(part: str, expected: list[float]) -> None:
    """Weekdays begin with Monday as 0, ages are in days, and nothing comes of a missing timestamp."""
    newest = datetime.datetime(2015, 1, 2, tzinfo=datetime.UTC).timestamp()
    found = time_part(pa.array(WHEN), part, newest)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array([expected[0], np.nan, expected[1]], np.float32))


def test_parts_are_those_of_the_column_s_time_zone() -> None:
    """One moment is late on Thursday in London and Friday in India."""
    moments = pa.array(WHEN, pa.timestamp("us", "UTC"))
    for zone, hour, weekday in (("UTC", 23, 3), ("Asia/Kolkata", 5, 4), ("+02:00", 1, 4)):
        there = moments.cast(pa.timestamp("us", zone))
        assert (time_part(there, "hour")[0], time_part(there, "weekday")[0]) == (hour, weekday)
        np.testing.assert_array_equal(time_part(there, "age", 1.5e9), time_part(moments, "age", 1.5e9))


def test_surveys_of_parts_are_those_of_all_rows() -> None:
    """What several processes have seen of a table is, once merged, what one sees, whatever their order."""
    generator = np.random.default_rng(0)
    words = pa.array([None if at % 50 == 3 else f"w{at % 37}" for at in range(300)])
    when = pa.array(generator.integers(0, 10**9, 300), pa.timestamp("s"))
    rows = pa.record_batch({"word": words, "when": when, "label": pa.array([0, 1] * 150)})
    columns = choose_columns(rows.schema, "label", timestamps=PARTS)

    def survey(*batches: pa.RecordBatch) -> FeatureSurvey:
        made = FeatureSurvey(columns, CategoryRule("native"))
        for batch in batches:
            made.add(batch)
        return made

    whole = survey(rows).encoding()
    merged = survey()
    for part in (rows[200:], rows[:0], rows[:3], rows[3:200]):
        merged.merge(survey(part))
    assert merged.encoding() == whole
    assert whole.categorical == {"word": 38}
    assert whole.newest == {"when": max(when.cast(pa.int64()).to_pylist())}
    np.testing.assert_array_equal(np.hstack([whole.values(rows[:70]), whole.values(rows[70:])]), whole.values(rows))


def test_a_time_zone_that_nobody_knows(rows: pa.Table, written: Written, home: Path) -> None:
    """A column of an unknown time zone is refused by its name."""
    when = pa.array([0] * 500, pa.timestamp("s", "Mars/Olympus"))
    with pytest.raises(DatasetError, match=r"'when' is of the time zone 'Mars/Olympus', .* or write the column in UTC"):
        import_parquet(str(written(rows.append_column("when", when))), "label", timestamps=["hour"])
    assert not list(home.iterdir())


def test_a_name_that_another_column_has(rows: pa.Table, written: Written, home: Path) -> None:
    """A number of a timestamp is not mixed up with a column of its name."""
    columns = rows.append_column("when", pa.array([0] * 500, pa.timestamp("s"))).append_column(
        "When_Day", rows["whole"]
    )
    with pytest.raises(DatasetError, match="The day of 'when' would be called when_day, as another column is: rename"):
        import_parquet(str(written(columns)), "label", timestamps=["hour", "day"])
    assert not list(home.iterdir())


@pytest.mark.usefixtures("home")
def test_only_a_date_s_hour_is_asked_for(rows: pa.Table, written: Written) -> None:
    """A date has no hour: if nothing else is asked for, it is refused as if nothing were."""
    columns = rows.append_column("day", pa.array([WHEN[0].date()] * 500))
    with pytest.raises(DatasetError, match=r"day \(date32\[day\]\); make numbers of timestamps and dates"):
        import_parquet(str(written(columns)), "label", timestamps=["hour"])
