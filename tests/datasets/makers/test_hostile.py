"""Parquet that was made to do harm: a schema without end, pages that swell, values that no reader takes."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets.makers.columns import choose_columns
from bench.datasets.makers.parquet_format import MOST_COLUMNS
from bench.datasets.makers.source import open_source
from bench.errors import DatasetError
from bench.model import Storage

# What a file of a few kilobytes is read by; prints the rows, and the largest memory in MiB.
READ = """
import resource, sys
from bench.datasets.makers.source import open_source
from bench.model import Storage
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = open_source(sys.argv[1], Storage())
rows = sum(len(batch) for _, batch in source.batches(source.schema.names))
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
PAGE_ROWS = 8_000_000


def varint(number: int) -> bytes:
    """Return a number as Thrift's compact protocol has it."""
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def without_rows(columns: int) -> bytes:
    """Return a Parquet file of so many columns of doubles and no rows, written by hand: Arrow would take minutes."""
    root = b"\x48" + varint(6) + b"schema" + b"\x15" + varint(2 * columns) + b"\x00"
    leaf = b"\x15\x0a\x25\x02\x18"  # a double, optional, its name
    names = (f"c{number}".encode() for number in range(columns))
    schema = b"".join([root, *(leaf + varint(len(name)) + name + b"\x00" for name in names)])
    footer = b"\x15\x02\x19\xfc" + varint(columns + 1) + schema + b"\x16\x00\x19\x0c\x00"
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def test_a_footer_by_hand_is_one(tmp_path: Path) -> None:
    """Arrow reads a small one, which the larger ones below are like."""
    (tmp_path / "wide.parquet").write_bytes(without_rows(20))
    assert open_source(str(tmp_path / "wide.parquet"), Storage()).schema.names == [f"c{at}" for at in range(20)]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (MOST_COLUMNS + 1, r"has 100,001 columns, and 100,000 are the most: write those"),
        (10**6, "is damaged or no Parquet"),
    ],
)
def test_a_schema_without_end_is_refused(columns: int, sentence: str, tmp_path: Path) -> None:
    """Above what is read in seconds by our own sentence, and at a million by Arrow's limit of Thrift."""
    (tmp_path / "wide.parquet").write_bytes(without_rows(columns))
    with pytest.raises(DatasetError, match=sentence):
        open_source(str(tmp_path / "wide.parquet"), Storage())


def test_choosing_among_many_columns_is_quick() -> None:
    """20,000 columns cost as many steps, and not the square of it."""
    schema = pa.schema([(f"c{number}", pa.float32()) for number in range(20_000)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert len(choose_columns(schema, "c0").features) == 19_999
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 1


def test_a_page_that_swells_takes_the_memory_of_a_page(tmp_path: Path) -> None:
    """A file of some kilobytes whose one page is 64 MB of zeros is read in batches, in twice the memory of the page."""
    column = pa.array([0.0] * 1000, pa.float64()).take(pa.array([0] * PAGE_ROWS, pa.int32()))
    options = {"compression": "zstd", "use_dictionary": False, "data_page_size": 2**30, "row_group_size": PAGE_ROWS}
    pq.write_table(pa.table({"label": column}), tmp_path / "bomb.parquet", **options)
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "bomb.parquet")], capture_output=True, text=True, check=True
    )
    rows, mebibytes = map(int, done.stdout.split())
    assert rows == PAGE_ROWS
    assert mebibytes < 200


@pytest.mark.parametrize("label", ["missing", "y"])
def test_names_of_columns_that_are_more_than_a_line(label: str) -> None:
    """A sentence about columns stays one line, and no name reaches a terminal as a command."""
    schema = pa.schema({"y": pa.int64(), "a\nb": pa.float64(), "\x1b[2J": pa.list_(pa.int64())})
    with pytest.raises(DatasetError) as caught:
        choose_columns(schema, label)
    assert str(caught.value).isprintable()
