"""The kept table of shapes of Parquet and ORC: each is read as pandas reads it, or refused by one sentence.

Each shape writes something into a directory, which is imported and registered. Where it can be used, the dataset's rows
are those that pandas reads, as float32 and with strings as their places among the sorted ones; where it cannot, the
sentence names the remedy, the exit code is 2, and nothing is left.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import orc
from pyarrow.parquet import encryption

from bench import rows as bench_rows
from bench.datasets.format.fingerprint import verify_content
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.register.register import register_table
from bench.errors import BenchError

WAYS = {"import": import_parquet, "register": register_table}
Shape = Callable[[pa.Table, Path], None]
HOUR = datetime.timedelta(hours=1)
START = datetime.datetime(2013, 1, 1)


def plain_numbers(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return columns as float32 of shape (rows, columns), sorted by row, as pandas and nothing of ours makes them."""
    columns = []
    for name in names:
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(values.cat.categories.dtype)
        if pd.api.types.is_timedelta64_dtype(values):
            values = values.dt.total_seconds()
        if pd.api.types.is_string_dtype(values):
            places = {value: place for place, value in enumerate(sorted(set(values)))}
            values = [places[value] for value in values]
        columns.append(np.asarray(values).astype(np.float32))
    return in_order(np.stack(columns, axis=1))


def in_order(rows: np.ndarray) -> np.ndarray:
    """Return rows sorted by their values."""
    return rows[np.lexsort(rows.T[::-1])]


def imported_numbers(manifest: Manifest) -> np.ndarray:
    """Return label and features of a dataset: float32 of shape (rows, 1 + features), sorted by row."""
    names = [manifest.dataset.label, *manifest.dataset.features]
    table = pa.concat_tables(bench_rows.open(manifest.dataset, "train", "test").tables(names))
    return in_order(np.stack([table[name].to_numpy() for name in names], axis=1))


def file(**options: Any) -> Shape:
    """Return a shape: one file that is written with options."""
    return lambda rows, path: pq.write_table(rows, path / "a.parquet", **options)


def with_columns(**columns: Callable[[pa.Table], Any]) -> Shape:
    """Return a shape: one file with further columns."""

    def write(rows: pa.Table, path: Path) -> None:
        for name, made in columns.items():
            rows = rows.append_column(name, made(rows))
        pq.write_table(rows, path / "a.parquet")

    return write


def empty_row_groups(rows: pa.Table, path: Path) -> None:
    """Write row groups without a row at the beginning, in the middle and at the end."""
    with pq.ParquetWriter(path / "a.parquet", rows.schema) as writer:
        for part in (rows[:0], rows[:200], rows[:0], rows[200:], rows[:0]):
            writer.write_table(part)


def empty_files(rows: pa.Table, path: Path) -> None:
    """Write files without a row beside one with all, as Spark does for empty partitions."""
    for name, part in {"a": rows[:0], "b": rows, "c": rows[:0]}.items():
        pq.write_table(part, path / f"{name}.parquet")


def as_spark_writes(rows: pa.Table, path: Path) -> None:
    """Write two files with all that Spark leaves beside them, and the rest of a job that died."""
    for at in (0, 1):
        name = f"part-0000{at}-0a1b-c000.snappy.parquet"
        pq.write_table(rows[at * 250 : at * 250 + 250], path / name)
        (path / f".{name}.crc").write_bytes(b"crc\0\0\0\2\0")
    (path / "_SUCCESS").touch()
    (path / "._SUCCESS.crc").touch()
    dead = path / "_temporary" / "0"
    dead.mkdir(parents=True)
    pq.write_table(rows, dead / "part-00002.parquet")


def summary_files(rows: pa.Table, path: Path) -> None:
    """Write `_metadata` and `_common_metadata` beside two files, as Dask and old Sparks do."""
    footers: list[pq.FileMetaData] = []
    for name, half in {"a.parquet": rows[:250], "b.parquet": rows[250:]}.items():
        pq.write_table(half, path / name, metadata_collector=footers)
        footers[-1].set_file_path(name)
    pq.write_metadata(rows.schema, path / "_common_metadata")
    pq.write_metadata(rows.schema, path / "_metadata", metadata_collector=footers)


def label_in_directories(rows: pa.Table, path: Path) -> None:
    """Write Hive partitions by the label."""
    by_label = ds.partitioning(pa.schema([rows.schema.field("label")]), flavor="hive")
    ds.write_dataset(rows, path, format="parquet", partitioning=by_label)


def mixed_numbers(rows: pa.Table, path: Path) -> None:
    """Write files whose columns are of other types and in another order, all of which are numbers or strings."""
    pq.write_table(rows[:200], path / "a.parquet")
    other = rows[200:].set_column(1, "whole", rows["whole"][200:].cast(pa.float64()))
    other = other.set_column(0, "number", rows["number"][200:].cast(pa.float32()))
    other = other.set_column(3, "word", rows["word"][200:].dictionary_encode())
    pq.write_table(other.select(other.column_names[::-1]), path / "b.parquet")


def mixed_text(rows: pa.Table, path: Path) -> None:
    """Write a column of numbers in one file and of strings in another."""
    pq.write_table(rows, path / "a.parquet")
    pq.write_table(rows.set_column(1, "whole", rows["word"]), path / "b.parquet")


def mixed_times(rows: pa.Table, path: Path) -> None:
    """Write a column of numbers in one file and of timestamps in another."""
    pq.write_table(rows, path / "a.parquet")
    pq.write_table(rows.set_column(1, "whole", hours(rows)), path / "b.parquet")


def mixed_zones(rows: pa.Table, path: Path) -> None:
    """Write a column of timestamps with a time zone in one file and without one in another."""
    pq.write_table(rows.append_column("when", hours(rows, "UTC")), path / "a.parquet")
    pq.write_table(rows.append_column("when", hours(rows)), path / "b.parquet")


def beside_a_log(rows: pa.Table, path: Path) -> None:
    """Write files of a Delta table."""
    pq.write_table(rows, path / "a.parquet")
    (path / "_delta_log").mkdir()
    (path / "_delta_log" / "00000000000000000000.json").write_text("{}")


def many_columns(rows: pa.Table, path: Path) -> None:
    """Write 5,000 columns."""
    numbers = np.random.default_rng(0).normal(size=(5000, 60)).astype(np.float32)
    pq.write_table(
        pa.table({**{f"n{at}": row for at, row in enumerate(numbers)}, "label": rows["label"][:60]}), path / "a"
    )


def first(count: int) -> Shape:
    """Return a shape: the first rows alone."""
    return lambda rows, path: pq.write_table(rows[:count], path / "a.parquet")


def hours(rows: pa.Table, zone: str | None = None) -> pa.Array:
    """Return a timestamp for each row."""
    return pa.array([START + at * HOUR for at in range(len(rows))], pa.timestamp("us", zone))


def struct(rows: pa.Table) -> pa.Array:
    """Return a struct with a list in it for each row."""
    return pa.array([{"lat": 1.0, "tags": [{"name": "x"}]}] * len(rows))


def each(value: Any, kind: pa.DataType | None = None) -> Callable[[pa.Table], pa.Array]:
    """Return what makes a column of one value."""
    return lambda rows: pa.array([value] * len(rows), kind)


def whole_as(kind: pa.DataType) -> Callable[[pa.Table], pa.Array]:
    """Return what makes a column of the whole numbers in another type."""
    return lambda rows: pa.array(rows["whole"].to_pylist()).cast(kind)


class PlainKeys(encryption.KmsClient):
    """Keeps keys as they are."""

    def __init__(self, _: object) -> None:
        """Need no configuration."""
        super().__init__()

    def wrap_key(self, key: bytes, _: str) -> bytes:
        """Return a key as text."""
        return base64.b64encode(key)


def encrypted(*, plain_footer: bool) -> Shape:
    """Return a shape: one file with an encrypted column, and an encrypted footer or a plain one."""

    def write(rows: pa.Table, path: Path) -> None:
        wanted = encryption.EncryptionConfiguration(
            footer_key="footer", column_keys={"column": ["number"]}, plaintext_footer=plain_footer
        )
        factory, connection = encryption.CryptoFactory(PlainKeys), encryption.KmsConnectionConfig()
        properties = factory.file_encryption_properties(connection, wanted)
        pq.write_table(rows, path / "a.parquet", encryption_properties=properties)

    return write


def as_orc(write: Shape, **options: Any) -> Shape:
    """Return a shape with each of its files written as ORC, so far as ORC has its types."""

    def write_both(rows: pa.Table, path: Path) -> None:
        write(rows, path)
        for file in list(path.rglob("*.parquet")):
            orc.write_table(pq.ParquetFile(file).read(), file.with_suffix(".orc"), **options)
            file.unlink()

    return write_both


def as_hive_writes(rows: pa.Table, path: Path) -> None:
    """Write ORC under names without an ending, in partitions of a string and of a number."""
    for word in ("ant", "bee", "cat"):
        for flag in (0, 1):
            part = rows.filter((ds.field("word") == word) & (ds.field("flag") == bool(flag)))
            place = path / f"word={word}" / f"flag={flag}"
            place.mkdir(parents=True)
            orc.write_table(part.drop_columns(["word", "flag"]), place / "000000_0")


def without_ending(write: Shape) -> Shape:
    """Return a shape whose files have names without an ending."""

    def write_and_rename(rows: pa.Table, path: Path) -> None:
        write(rows, path)
        for file in list(path.rglob("*.*")):
            file.rename(file.with_suffix(""))

    return write_and_rename


def both_formats(rows: pa.Table, path: Path) -> None:
    """Write a file of Parquet and one of ORC."""
    pq.write_table(rows, path / "a.parquet")
    orc.write_table(rows, path / "b.orc")


def labelled(values: Callable[[int], Any]) -> Shape:
    """Return a shape: one file whose labels are made of the rows' numbers."""

    def write(rows: pa.Table, path: Path) -> None:
        labels = pa.array([values(at) for at in range(len(rows))])
        pq.write_table(rows.set_column(4, "label", labels), path / "a.parquet")

    return write


def called(name: str, write: Shape) -> Shape:
    """Return a shape whose only file has another name."""

    def write_and_rename(rows: pa.Table, path: Path) -> None:
        write(rows, path)
        (file,) = path.iterdir()
        file.rename(path / name)

    return write_and_rename


def cut(write: Shape) -> Shape:
    """Return a shape whose only file ends in its middle."""

    def write_and_cut(rows: pa.Table, path: Path) -> None:
        write(rows, path)
        (file,) = path.iterdir()
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return write_and_cut


GOOD: dict[str, Shape] = {
    **{f"codec {name}": file(compression=name) for name in ("none", "snappy", "gzip", "brotli", "zstd", "lz4")},
    **{f"pages {version}": file(data_page_version=version) for version in ("1.0", "2.0")},
    **{f"format {version}": file(version=version) for version in ("1.0", "2.4", "2.6")},
    "delta encodings": file(
        use_dictionary=False,
        data_page_version="2.0",
        column_encoding={"number": "BYTE_STREAM_SPLIT", "whole": "DELTA_BINARY_PACKED", "word": "DELTA_BYTE_ARRAY"},
    ),
    "delta lengths": file(use_dictionary=False, column_encoding={"word": "DELTA_LENGTH_BYTE_ARRAY"}),
    "no dictionaries": file(use_dictionary=False),
    "a dictionary that overflows": file(dictionary_pagesize_limit=64, data_page_size=128),
    "no statistics": file(write_statistics=False),
    "a page index": file(write_page_index=True, write_page_checksum=True),
    "no schema of Arrow's": file(store_schema=False),
    "bloom-like tiny pages": file(data_page_size=1, write_batch_size=1),
    "a row in each row group": file(row_group_size=1),
    "empty row groups": empty_row_groups,
    "empty files": empty_files,
    "as Spark writes": as_spark_writes,
    "summary files": summary_files,
    "label in directories": label_in_directories,
    "mixed numbers": mixed_numbers,
    "5,000 columns": many_columns,
    "half": with_columns(more=whole_as(pa.float16())),
    "uint64": with_columns(more=lambda rows: pa.array(np.arange(len(rows), dtype=np.uint64) + 2**63)),
    "int64 beyond 2^53": with_columns(more=lambda rows: pa.array(np.arange(len(rows)) + 2**60)),
    "decimal128": with_columns(more=whole_as(pa.decimal128(38, 10))),
    "decimal256": with_columns(more=whole_as(pa.decimal256(76, 3))),
    "durations": with_columns(more=lambda rows: whole_as(pa.int64())(rows).cast(pa.duration("ms"))),
    "a dictionary of strings": with_columns(more=lambda rows: rows["word"].dictionary_encode()),
    "a dictionary of numbers": with_columns(more=lambda rows: rows["whole"].dictionary_encode()),
    "a dictionary of booleans": with_columns(more=lambda rows: rows["flag"].dictionary_encode()),
    "large strings": with_columns(more=lambda rows: rows["word"].cast(pa.large_string())),
    "views of strings": with_columns(more=lambda rows: rows["word"].cast(pa.string_view())),
    "strings of a megabyte": lambda rows, path: with_columns(
        more=lambda few: pa.array([f"{at % 3}" * 2**20 for at in range(len(few))])
    )(rows[:60], path),
    "a string for each row": with_columns(more=lambda rows: pa.array([f"name {at}" for at in range(len(rows))])),
    "strings beyond ASCII": with_columns(
        more=lambda rows: pa.array(["", "\0", "é", "🚀", "e\u0301"] * (len(rows) // 5))
    ),
    "a name with a dot": with_columns(**{"number.x": lambda rows: rows["whole"]}),
    **{f"ORC, codec {name}": as_orc(file(), compression=name) for name in ("uncompressed", "zlib", "snappy", "zstd")},
    "ORC, stripes of few rows": as_orc(file(), stripe_size=1, batch_size=8),
    "ORC, dictionaries": as_orc(file(), dictionary_key_size_threshold=1.0),
    "ORC, old version": as_orc(file(), file_version="0.11"),
    "ORC, empty files": as_orc(empty_files),
    "ORC as Spark writes": as_orc(as_spark_writes),
    "ORC as Hive writes": as_hive_writes,
    "ORC without an ending": without_ending(as_orc(file())),
    "ORC, decimals": as_orc(with_columns(more=whole_as(pa.decimal128(38, 10)))),
    "ORC, int8 and float": as_orc(with_columns(more=whole_as(pa.int8()), less=whole_as(pa.float32()))),
    "ORC, a name with a dot": as_orc(with_columns(**{"number.x": lambda rows: rows["whole"]})),
    "ORC, mixed numbers": as_orc(with_columns(more=whole_as(pa.int32()))),
}
BAD: dict[str, tuple[Shape, str]] = {
    "no rows": (first(0), "(would be empty|holds no value).*: give (more )?rows"),
    "one row": (first(1), "(would be empty|holds one value only).*: give (more )?rows"),
    "a list": (
        with_columns(more=each([1])),
        r"hold: more\.\w+ \(int64\); write the fields of nested columns",
    ),
    "a struct": (
        with_columns(more=struct),
        r"hold: more\.lat \(double\), more\.tags\.\w+\.name \(string\); write .* --features number,whole,flag,word\.$",
    ),
    "a map": (with_columns(more=each([("a", 1)], pa.map_(pa.string(), pa.int32()))), r"more\.key .*more\.value"),
    "an empty struct": (with_columns(more=each([], pa.list_(pa.null()))), r"more\.\w+ \(null\)"),
    "bytes": (with_columns(more=each(b"x")), r"more \(binary\); write bytes that are text as strings"),
    "fixed bytes": (with_columns(more=each(b"0123456789abcdef", pa.binary(16))), r"more \(fixed_size_binary\[16\]\)"),
    "only nulls": (with_columns(more=lambda rows: pa.nulls(len(rows))), r"more \(null\); turn them into numbers"),
    "a timestamp": (
        with_columns(more=hours),
        r"more \(timestamp\[us\]\); make numbers .* --timestamps hour,",
    ),
    "a date": (with_columns(more=each(START.date())), r"more \(date32\[day\]\); make numbers of .* with --timestamps"),
    "numbers and strings": (mixed_text, "b.parquet has other types than the files before it"),
    "numbers and timestamps": (mixed_times, "b.parquet has other types than the files before it"),
    "time zones in one file only": (mixed_zones, "b.parquet has other types than the files before it"),
    "an encrypted footer": (encrypted(plain_footer=False), "a.parquet is Parquet that is encrypted: write it without"),
    "an encrypted column": (encrypted(plain_footer=True), "a.parquet .* have it written again, or leave it out"),
    "a log of nothing": (beside_a_log, "The log of the Delta table .* cannot be read .*: write its present rows as"),
    "one class": (
        labelled(lambda at: at // 1000),
        "The label 'label' holds one value only, 0: give rows with different labels",
    ),
    "three values for binary": (labelled(lambda at: at % 3), r"3 different values \(0, 1, 2, …\), and binary problems"),
    "labels with nulls": (labelled(lambda at: at % 2 if at % 50 else None), "has missing values in .*: leave out the"),
    "labels with NaN": (labelled(lambda at: at % 2 if at % 50 else np.nan), "has missing values in .*: leave out the"),
    "infinite labels": (labelled(lambda at: at / 7 if at else np.inf), "holds infinities, .*: leave these rows out"),
    "a label for each row": (
        labelled(lambda at: f"{at}"),
        "No row of the class .* is for training: give more rows of it, or leave it out",
    ),
    "ORC and Parquet": (both_formats, r"Parquet and of ORC in .*: name those of one format by a pattern, .*\*\.orc'"),
    "ORC, no rows": (as_orc(first(0)), "(would be empty|holds no value).*: give (more )?rows"),
    "ORC, a struct": (
        as_orc(with_columns(more=struct)),
        r"hold: more\.lat \(double\), more\.tags\.\w+\.name \(string\)",
    ),
    "ORC that is called Parquet": (called("a.parquet", as_orc(file())), "is ORC and no Parquet, .* the ending .orc"),
    "Parquet that is called ORC": (called("a.orc", file()), "is Parquet and no ORC, .* the ending .parquet"),
    "ORC that is cut": (cut(as_orc(file())), "a.orc is damaged or no ORC .*: have it written again, or leave it out"),
}


def read_by_pandas(path: Path) -> pd.DataFrame:
    """Read a directory of files, or of Hive partitions, of one format."""
    files = sorted(file for file in path.glob("[!._]*") if file.is_file())
    (first, *_) = files or sorted(file for file in path.rglob("[!._]*") if file.is_file())
    form = "orc" if first.read_bytes().startswith(b"ORC") else "parquet"
    if not files:
        return ds.dataset(path, format=form, partitioning="hive").to_table().to_pandas()
    return pd.concat(map(pd.read_orc if form == "orc" else pd.read_parquet, files))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", GOOD)
@pytest.mark.usefixtures("home")
def test_a_shape_that_is_read_as_pandas_reads_it(rows: pa.Table, tmp_path: Path, shape: str, way: str) -> None:
    """All rows are there with the values that pandas finds, and the dataset is whole."""
    path = tmp_path / "input"
    path.mkdir()
    GOOD[shape](rows, path)
    manifest = WAYS[way](str(path), "label")
    frame = read_by_pandas(path)
    originals = {new: old for old, new in manifest.source["renamed"].items()}
    names = [originals.get(name, name) for name in (manifest.dataset.label, *manifest.dataset.features)]
    np.testing.assert_array_equal(imported_numbers(manifest), plain_numbers(frame, names))
    if way == "import":
        verify_content(manifest)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", BAD)
def test_a_shape_that_is_refused(rows: pa.Table, tmp_path: Path, home: Path, shape: str, way: str) -> None:
    """One sentence says what is wrong and what to do, and nothing half-written is left."""
    path = tmp_path / "input"
    path.mkdir()
    write, sentence = BAD[shape]
    write(rows, path)
    with pytest.raises(BenchError, match=sentence) as caught:
        WAYS[way](str(path), "label", kind="binary" if shape.endswith("for binary") else None)
    assert caught.value.exit_code == 2
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert not list(home.iterdir())


PARTS = ("hour", "weekday", "day", "month", "age")
TIMES: dict[str, Callable[[pa.Table], pa.Array]] = {
    "int96": hours,
    **{
        f"timestamp {unit}": lambda rows, unit=unit: hours(rows).cast(pa.timestamp(unit))
        for unit in ("s", "ms", "us", "ns")
    },
    **{
        f"zone {zone}": lambda rows, zone=zone: hours(rows, zone)
        for zone in ("UTC", "Asia/Kolkata", "America/New_York")
    },
    "date32": lambda rows: hours(rows).cast(pa.date32()),
    "date64": lambda rows: hours(rows).cast(pa.date64()),
}


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.usefixtures("home")
def test_timestamps_become_the_numbers_of_pandas(rows: pa.Table, tmp_path: Path, kind: str) -> None:
    """Of each kind of timestamp and date come the numbers that pandas makes of it, in its own time zone."""
    table = rows.append_column("when", TIMES[kind](rows))
    pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=kind == "int96")
    manifest = import_parquet(str(tmp_path / "a.parquet"), "label", timestamps=PARTS)
    frame = pd.read_parquet(tmp_path / "a.parquet")
    when = pd.to_datetime(frame["when"])
    frame["when_hour"], frame["when_weekday"] = when.dt.hour, when.dt.dayofweek
    frame["when_day"], frame["when_month"] = when.dt.day, when.dt.month
    frame["when_age"] = (when.max() - when).dt.total_seconds() / 86_400
    features = list(manifest.dataset.features)
    assert features[4:] == [f"when_{part}" for part in PARTS if part != "hour" or not kind.startswith("date")]
    np.testing.assert_array_equal(imported_numbers(manifest), plain_numbers(frame, ["label", *features]))
    assert manifest.source["newest"] == {"when": pytest.approx(when.max().timestamp())}


@pytest.mark.parametrize("kind", ["number", "word", "when"])
@pytest.mark.usefixtures("home")
def test_a_file_without_a_value_of_a_column(rows: pa.Table, tmp_path: Path, kind: str) -> None:
    """A column that holds nothing in one file, and is of no type there, as pandas writes it, misses values there."""
    table = rows.append_column("when", hours(rows)).select([kind, "whole", "label"])
    pq.write_table(table[100:], tmp_path / "a.parquet")
    pq.write_table(table[:100].set_column(0, kind, pa.nulls(100)), tmp_path / "b.parquet")
    manifest = import_parquet(str(tmp_path), "label", name="x", timestamps=["month"] if kind == "when" else [])
    assert list(manifest.imputed.values()) == [100]


@pytest.mark.usefixtures("home")
def test_what_is_rounded_is_counted(rows: pa.Table, tmp_path: Path) -> None:
    """The manifest counts the values that float32 does not keep, by feature, over all files."""
    table = tmp_path / "table"
    table.mkdir()
    for name, first in {"a": 2**24, "b": 2**24 + 500}.items():
        numbers = pa.array(np.arange(first, first + 500))
        pq.write_table(rows.append_column("id", numbers).append_column("amount", numbers), table / f"{name}.parquet")
    for way, make in WAYS.items():
        assert make(str(table), "label", ["id", "number"], name=way).source["rounded"] == {"id": 500}


@pytest.mark.usefixtures("home")
def test_files_with_other_units_of_time(rows: pa.Table, tmp_path: Path) -> None:
    """Timestamps in seconds, in nanoseconds and as INT96 are the same moments, in one table too."""
    table = rows.append_column("when", hours(rows).cast(pa.timestamp("s")))
    pq.write_table(table, tmp_path / "one.parquet")
    (tmp_path / "several").mkdir()
    pq.write_table(table[:100], tmp_path / "several" / "a.parquet")
    nanoseconds = table.set_column(5, "when", table["when"].cast(pa.timestamp("ns")))
    pq.write_table(nanoseconds[100:200], tmp_path / "several" / "b.parquet")
    pq.write_table(table[200:], tmp_path / "several" / "c.parquet", use_deprecated_int96_timestamps=True)
    one, several = (
        import_parquet(str(tmp_path / name), "label", name=name[:3], timestamps=PARTS)
        for name in ("one.parquet", "several")
    )
    assert one.dataset.fingerprint == several.dataset.fingerprint
    assert one.source["newest"] == several.source["newest"]


@pytest.mark.usefixtures("home")
def test_columns_beside_nested_ones(rows: pa.Table, tmp_path: Path) -> None:
    """Nested columns that are left out keep no other column from being read, not even one of a like name."""
    nested = {"place": struct(rows), "number.list": pa.array([[1.0]] * len(rows))}
    for name, column in nested.items():
        rows = rows.append_column(name, column)
    pq.write_table(rows, tmp_path / "a.parquet")
    wanted = ["number", "whole", "word"]
    manifest = import_parquet(str(tmp_path / "a.parquet"), "label", wanted)
    frame = pd.read_parquet(tmp_path / "a.parquet", columns=["label", *wanted])
    np.testing.assert_array_equal(imported_numbers(manifest), plain_numbers(frame, ["label", *wanted]))


@pytest.mark.usefixtures("home")
def test_int96_that_nanoseconds_cannot_count(rows: pa.Table, tmp_path: Path) -> None:
    """As INT96, which Spark wrote for long, such times are what they are as timestamps of today."""
    odd = pa.array([datetime.datetime(9999 - at, 12, 31) for at in range(500)], pa.timestamp("us"))
    made = []
    for name, old in {"new": False, "old": True}.items():
        pq.write_table(
            rows.append_column("until", odd), tmp_path / f"{name}.parquet", use_deprecated_int96_timestamps=old
        )
        made.append(import_parquet(str(tmp_path / f"{name}.parquet"), "label", ["until", "number"], timestamps=PARTS))
    assert made[0].dataset.fingerprint == made[1].dataset.fingerprint
