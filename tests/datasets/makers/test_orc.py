"""ORC gives the datasets that Parquet of the same rows gives."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from bench import rows as bench_rows
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.register.register import register_table
from bench.errors import DatasetError
from bench.model import Dataset

pytestmark = pytest.mark.usefixtures("home")
PARTS = ("hour", "weekday", "day", "month", "age")


@pytest.fixture
def table(rows: pa.Table) -> pa.Table:
    """Rows with times, decimals, and missing values in each column but the label."""
    times = [datetime.datetime(2013, 1, 1) + at * datetime.timedelta(hours=1) for at in range(500)]
    holes = np.arange(500) % 11 == 0
    more = {
        "when": pa.array(times, pa.timestamp("us"), mask=holes),
        "zoned": pa.array(times, pa.timestamp("us", "UTC"), mask=holes),
        "day": pa.array([time.date() for time in times], pa.date32(), mask=holes),
        "price": pa.array([decimal.Decimal(at) / 8 for at in range(500)], pa.decimal128(12, 3), mask=holes),
        "count": pa.array(np.arange(500), pa.int16(), mask=holes),
    }
    return pa.table({**dict(zip(rows.column_names, rows.columns, strict=True)), **more})


def matrices(dataset: Dataset) -> list[np.ndarray]:
    """Return features and labels of both splits."""
    return [part for split in ("train", "test") for part in bench_rows.open(dataset, split).matrix(2)[:2]]


@pytest.mark.parametrize("stripe", [1, 2**26])
def test_an_import_is_that_of_parquet(table: pa.Table, tmp_path: Path, stripe: int) -> None:
    """To the last bit, whatever the stripes are."""
    pq.write_table(table, tmp_path / "a.parquet")
    orc.write_table(table, tmp_path / "a.orc", stripe_size=stripe, batch_size=64)
    one, other = (
        import_parquet(str(tmp_path / name), "label", name=name[-3:], timestamps=PARTS)
        for name in ("a.parquet", "a.orc")
    )
    assert other.dataset.fingerprint == one.dataset.fingerprint
    assert other.source["newest"] == one.source["newest"]
    assert other.imputed == one.imputed


def test_a_registered_table_is_that_of_parquet(table: pa.Table, tmp_path: Path) -> None:
    """Rows, splits, filled values, row ids and shards are equal where row groups have the rows of stripes."""
    orc.write_table(table, tmp_path / "a.orc", stripe_size=1, batch_size=64)
    stripes = orc.ORCFile(tmp_path / "a.orc").nstripes
    assert stripes > 3
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=64)
    one, other = (
        register_table(str(tmp_path / name), "label", name=name[-3:], timestamps=PARTS, where="whole > -5").dataset
        for name in ("a.parquet", "a.orc")
    )
    for mine, wanted in zip(matrices(other), matrices(one), strict=True):
        np.testing.assert_array_equal(mine, wanted)
    shards = [
        [bench_rows.open(each, "train").shard(rank, 3).matrix(1)[0] for rank in range(3)] for each in (one, other)
    ]
    assert sum(map(len, shards[0])) == one.train_rows
    for mine, wanted in zip(*shards, strict=True):
        np.testing.assert_array_equal(mine, wanted)


def test_other_partitions_are_never_opened(table: pa.Table, tmp_path: Path) -> None:
    """A damaged file of a partition that `--where` leaves out is in nobody's way."""
    for word in ("ant", "bee", "cat"):
        (tmp_path / "in" / f"word={word}").mkdir(parents=True)
        part = table.filter(pa.compute.equal(table["word"], word)).drop_columns(["word", "when", "zoned", "day"])
        orc.write_table(part, tmp_path / "in" / f"word={word}" / "part-0.orc")
    dataset = register_table(str(tmp_path / "in"), "label", where="word != ant", name="x").dataset
    assert dataset.rows == pa.compute.sum(pa.compute.not_equal(table["word"], "ant")).as_py()


def test_times_that_nanoseconds_cannot_count(table: pa.Table, tmp_path: Path) -> None:
    """In ORC they are refused by a sentence; the column is not read where it is left out."""
    odd = pa.array([datetime.datetime(9999, 12, 31)] * 500, pa.timestamp("us"))
    orc.write_table(table.append_column("until", odd), tmp_path / "a.orc")
    with pytest.raises(
        DatasetError, match=r"timestamps before 1677 or after 2262, .*: replace them with nulls, or leave"
    ):
        import_parquet(str(tmp_path / "a.orc"), "label", ["until", "number"], timestamps=PARTS)
    assert import_parquet(str(tmp_path / "a.orc"), "label", ["number"]).dataset.rows == 500


def test_times_that_spark_writes_as_numbers(table: pa.Table, tmp_path: Path) -> None:
    """Timestamps without a time zone, which Spark writes into ORC as numbers with a note, are times."""
    note = pa.field("when", pa.int64(), metadata={"spark.sql.catalyst.type": "timestamp_ntz"})
    chosen = table.select(["number", "when", "label"])
    pq.write_table(chosen, tmp_path / "a.parquet")
    orc.write_table(chosen.set_column(1, note, chosen["when"].cast(pa.int64())), tmp_path / "a.orc")
    one, other = (
        import_parquet(str(tmp_path / name), "label", name=name[-3:], timestamps=PARTS)
        for name in ("a.parquet", "a.orc")
    )
    assert other.dataset.fingerprint == one.dataset.fingerprint
    placed = register_table(str(tmp_path / "a.orc"), "label", name="x", timestamps=PARTS, where="when >= 2013-01-10")
    assert (
        placed.dataset.rows
        == pa.compute.sum(
            pa.compute.greater_equal(chosen["when"], pa.scalar(datetime.datetime(2013, 1, 10), pa.timestamp("us")))
        ).as_py()
    )
