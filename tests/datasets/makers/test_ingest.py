"""Somebody's own Parquet becomes a dataset that depends on its rows only."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from bench.datasets.format.fingerprint import verify_content
from bench.datasets.makers.ingest import import_parquet
from bench.errors import DatasetError, UsageError
from bench.rows.telltale import find_telltales
from tests.datasets.conftest import content

pytestmark = pytest.mark.usefixtures("home")
Written = Callable[..., Path]


def together(manifest: object) -> pa.Table:
    """Return both splits in the order of their row ids."""
    return pa.concat_tables(content(manifest).values()).sort_by("row_id")  # type: ignore[arg-type]


def test_numbers_booleans_and_strings_are_taken(written: Written) -> None:
    """Every kind of number and boolean becomes float32, and strings their places among the sorted strings."""
    generator = np.random.default_rng(0)
    whole = generator.integers(0, 100, 200)
    word = generator.choice(["ant", "bee", "cat"], 200)
    kinds = {
        "int8": pa.array(whole, pa.int8()),
        "uint64": pa.array(whole, pa.uint64()),
        "half": pa.array(whole.astype(np.float16)),
        "double": pa.array(whole / 7),
        "decimal": pa.array([decimal.Decimal(int(number)) / 4 for number in whole], pa.decimal128(9, 2)),
        "flag": pa.array(whole > 50),
        "word": pa.array(word),
        "large": pa.array(word, pa.large_string()),
        "coded": pa.array(word).dictionary_encode(),
        "label": pa.array(whole % 2 == 1),
    }
    manifest = import_parquet(str(written(kinds)), "label")
    found = together(manifest)
    order = np.argsort(found["int8"].to_numpy(), kind="stable")
    columns = {name: found[name].to_numpy()[order] for name in found.column_names}
    np.testing.assert_array_equal(columns["int8"], np.sort(whole))
    for name in ("uint64", "half"):
        np.testing.assert_array_equal(columns[name], columns["int8"])
    np.testing.assert_array_equal(columns["double"], (np.sort(whole) / 7).astype(np.float32))
    np.testing.assert_array_equal(columns["decimal"], np.sort(whole) / 4)
    np.testing.assert_array_equal(columns["flag"], columns["int8"] > 50)
    np.testing.assert_array_equal(columns["label"], columns["int8"] % 2)
    assert manifest.categories == dict.fromkeys(["word", "large", "coded"], ("ant", "bee", "cat"))
    codes = np.array([["ant", "bee", "cat"].index(value) for value in word])
    for name in ("word", "large", "coded"):
        assert sorted(zip(columns["int8"], columns[name], strict=True)) == sorted(zip(whole, codes, strict=True))


def test_missing_values_become_the_train_mean(written: Written, rows: pa.Table) -> None:
    """Nulls and NaN are replaced by the mean of the train split's other values, and counted."""
    number = rows["number"].to_numpy().copy()
    number[:30] = np.nan
    holes = pa.array(number, mask=np.arange(500) % 50 == 49)
    word = pa.array([None if at < 20 else value for at, value in enumerate(rows["word"].to_pylist())])
    table = rows.set_column(0, "number", holes).set_column(3, "word", word)
    manifest = import_parquet(str(written(table)), "label")
    assert manifest.imputed == {"number": 40, "word": 20}
    for name, count in manifest.imputed.items():
        values = together(manifest)[name].to_numpy()
        different, counts = np.unique(values, return_counts=True)
        filled = different[counts.argmax()] if name == "number" else different[different % 1 != 0][0]
        assert (values == filled).sum() == count
        train = content(manifest)["train"][name].to_numpy()
        assert filled == pytest.approx(train[train != filled].mean(dtype=np.float64), rel=1e-6)


def layouts(table: pa.Table, path: Path) -> list[Path]:
    """Write the same rows as one file, as reversed small row groups, and as Hive partitions in other files."""
    path.mkdir()
    pq.write_table(table, path / "one.parquet")
    backwards = table.take(np.arange(len(table))[::-1])
    pq.write_table(backwards, path / "groups.parquet", row_group_size=7, compression="zstd", use_dictionary=False)
    several = path / "several"
    several.mkdir()
    for part in range(4):
        pq.write_table(table.slice(part * 125, 125), several / f"{part}.parquet")
    (several / "README.md").write_text("not data")
    (several / "_SUCCESS").touch()
    ds.write_dataset(
        table,
        path / "hive",
        format="parquet",
        partitioning=ds.partitioning(pa.schema([("word", pa.string())]), flavor="hive"),
    )
    return [path / "one.parquet", path / "groups.parquet", several, path / "hive"]


def test_the_same_rows_give_the_same_dataset(rows: pa.Table, tmp_path: Path) -> None:
    """However the input is cut into files, row groups and partitions, the dataset is the same to the last bit."""
    holes = pa.array(rows["number"].to_numpy(), mask=np.arange(500) % 9 == 0)
    table = rows.set_column(0, "number", holes)
    columns = ["number", "whole", "flag", "word"]
    made = [
        import_parquet(str(path), "label", columns, name=f"layout-{at}")
        for at, path in enumerate(layouts(table, tmp_path / "layouts"))
    ]
    assert len({manifest.dataset.fingerprint for manifest in made}) == 1
    assert all(content(manifest) == content(made[0]) for manifest in made)
    for manifest in made:
        verify_content(manifest)


def test_one_changed_value_gives_another_fingerprint(rows: pa.Table, written: Written) -> None:
    """One value, in one row, counts."""
    whole = rows["whole"].to_numpy().copy()
    whole[123] += 1
    changed = rows.set_column(1, "whole", pa.array(whole))
    made = [import_parquet(str(written(table, f"{at}.parquet")), "label") for at, table in enumerate((rows, changed))]
    assert made[0].dataset.fingerprint != made[1].dataset.fingerprint


def test_equal_rows_are_never_parted(written: Written) -> None:
    """Rows of equal features are all for training or all for testing, about a fifth of them for testing."""
    generator = np.random.default_rng(0)
    columns = {"a": generator.integers(0, 300, 6000), "b": np.ones(6000), "label": generator.integers(0, 2, 6000)}
    splits = content(import_parquet(str(written(columns)), "label"))
    train, test = (set(table["a"].to_pylist()) for table in splits.values())
    assert not train & test
    assert 0.1 < len(test) / 300 < 0.3
    assert sum(len(table) for table in splits.values()) == 6000


def test_a_uri_is_read(written: Written, rows: pa.Table, tmp_path: Path) -> None:
    """A URI stands for the same rows as the path; one that holds credentials, or is of another kind, is refused."""
    path = written(rows)
    first, second = import_parquet(str(path), "label", name="a"), import_parquet(path.as_uri(), "label", name="b")
    assert first.dataset.fingerprint == second.dataset.fingerprint
    assert second.source["path"] == f"{tmp_path}/input.parquet"
    for uri, sentence in {"ftp://host/path": "is not read here", "s3://user:hidden@bucket/path": "Credentials"}.items():
        with pytest.raises(UsageError, match=sentence) as caught:
            import_parquet(uri, "label")
        assert "hidden" not in str(caught.value)


def test_columns_are_chosen_and_renamed(written: Written, rows: pa.Table) -> None:
    """Features are taken in the order given; names that Spark refuses are changed, and row_id is assigned anew."""
    table = rows.append_column("row_id", pa.array([7] * 500)).rename_columns(
        ["a number", "split", "flag", "word", "la.bel", "row_id"]
    )
    path = str(written(table))
    manifest = import_parquet(path, "la.bel", name="all")
    assert manifest.dataset.label == "la_bel"
    assert manifest.dataset.features == ("a_number", "split_", "flag", "word")
    assert manifest.source["renamed"] == {"a number": "a_number", "split": "split_", "la.bel": "la_bel"}
    assert manifest.source["left_out"] == ["row_id"]
    np.testing.assert_array_equal(together(manifest)["row_id"], np.arange(500))
    assert import_parquet(path, "la.bel", ["flag", "a number"], "some").dataset.features == ("flag", "a_number")


def replaced(rows: pa.Table, **columns: object) -> pa.Table:
    """Return the rows with other or further columns."""
    return pa.table({**dict(zip(rows.column_names, rows.columns, strict=True)), **columns})


NOON = datetime.datetime(2013, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"number": np.r_[np.zeros(499), np.inf]}, r"'number' holds infinities, .*input\.parquet.*--features"),
        ({"number": np.r_[np.zeros(499), 1e39]}, r"'number' holds infinities, or numbers beyond"),
        ({"when": [NOON] * 500}, r"when \(timestamp\[us, tz=UTC\]\).* with --features number,whole,flag,word"),
        ({"day": [NOON.date()] * 500, "l": [[1]] * 500}, r"day \(date32\[day\]\), l\.\w+ \(int64\); make"),
        ({"empty": pa.nulls(500, pa.float64())}, "'empty' has no value in any row for training"),
        ({"nothing": pa.nulls(500)}, r"nothing \(null\)"),
        ({"name": [f"name {n}" for n in range(500)], "Name": np.zeros(500)}, "'name', 'Name' differ only in case"),
        ({"label": [None] * 10 + [0, 1] * 245}, "label 'label' has missing values"),
        ({"label": np.r_[np.nan, np.ones(499)]}, "label 'label' has missing values"),
        ({"label": [NOON] * 500}, r"label 'label' is of type timestamp\[us, tz=UTC\]"),
        ({"label": np.ones(500)}, "label 'label' holds one value only, 1"),
        ({"label": np.arange(500) == 7}, r"one class only in the split '(train|test)' of \d+ rows"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    rows: pa.Table, written: Written, home: Path, columns: dict[str, object], sentence: str
) -> None:
    """Infinities, timestamps, nested values, empty columns and bad labels are refused with advice; nothing is left."""
    with pytest.raises(DatasetError, match=sentence):
        import_parquet(str(written(replaced(rows, **columns))), "label")
    assert not list(home.iterdir())


def test_too_many_strings_are_no_categories(written: Written) -> None:
    """A column of names is refused with advice, and can be left out."""
    columns = {"name": [f"n{n}" for n in range(100_001)], "a": np.arange(100_001), "label": np.arange(100_001) % 2}
    path = str(written(columns))
    with pytest.raises(DatasetError, match="'name' holds more than 100,000 different strings"):
        import_parquet(path, "label")
    assert import_parquet(path, "label", ["a"]).dataset.features == ("a",)


def test_files_that_differ(rows: pa.Table, written: Written, tmp_path: Path) -> None:
    """Integers in one file and fractions in another are numbers; another type or a missing column is refused."""
    written(rows, "mixed/a.parquet")
    written(replaced(rows, whole=rows["whole"].cast(pa.float64())), "mixed/b.parquet")
    assert import_parquet(str(tmp_path / "mixed"), "label").dataset.rows == 1000
    path = written(replaced(rows, whole=rows["word"]), "mixed/c.parquet")
    with pytest.raises(DatasetError, match=rf"{path} has other types"):
        import_parquet(str(tmp_path / "mixed"), "label", name="c")
    written(rows.drop_columns(["whole"]), "mixed/c.parquet")
    with pytest.raises(DatasetError, match=rf"{path} has no column 'whole'"):
        import_parquet(str(tmp_path / "mixed"), "label", name="c")


def test_partitions_are_columns(rows: pa.Table, tmp_path: Path) -> None:
    """What stands in the names of directories may be a feature, a number or a string, or the label."""
    for keys in (["word", "whole"], ["label"]):
        schema = pa.schema([rows.schema.field(key) for key in keys])
        path = tmp_path / "-".join(keys)
        ds.write_dataset(rows, path, format="parquet", partitioning=ds.partitioning(schema, flavor="hive"))
        manifest = import_parquet(str(path), "label", ["number", "whole", "flag", "word"])
        assert manifest.categories == {"word": ("ant", "bee", "cat")}
        assert sum(labels["counts"][1] for labels in manifest.labels.values()) == rows["label"].to_numpy().sum()


def test_a_partition_without_a_value(rows: pa.Table, tmp_path: Path) -> None:
    """The directory that Hive gives to nulls stands for missing values."""
    word = pa.array([None if value == "bee" else value for value in rows["word"].to_pylist()])
    table, schema = rows.set_column(3, "word", word), pa.schema([("word", pa.string())])
    path = tmp_path / "nulls"
    ds.write_dataset(table, path, format="parquet", partitioning=ds.partitioning(schema, flavor="hive"))
    assert (path / "word=__HIVE_DEFAULT_PARTITION__").is_dir()
    assert import_parquet(str(path), "label").imputed == {"word": word.null_count}


def test_the_index_of_pandas_is_no_feature(written: Written, rows: pa.Table) -> None:
    """Pandas' index, with a name of its own or without, is left out, unless it is asked for or is the label."""
    for name in ("__index_level_0__", "customer"):
        indexed = rows.append_column(name, pa.array(np.arange(500)))
        described = json.dumps({"index_columns": [name], "columns": []})
        path = str(written(indexed.replace_schema_metadata({"pandas": described}), f"{name}.parquet"))
        manifest = import_parquet(path, "label", name=f"without{name}")
        assert manifest.dataset.features == ("number", "whole", "flag", "word")
        assert manifest.source["left_out"] == [name]
        asked = import_parquet(path, "label", [name, "number"], name=f"with{name}")
        assert (asked.dataset.features, asked.source["left_out"]) == ((name, "number"), [])
    metadata = {"pandas": json.dumps({"index_columns": ["label"]})}
    path = str(written(rows.replace_schema_metadata(metadata), "label.parquet"))
    assert import_parquet(path, "label").source["left_out"] == []


@pytest.mark.parametrize("described", ["{", "[]", "1", '{"index_columns": [{"kind": "range"}, 3]}', "{}"])
def test_other_metadata_called_pandas_is_no_fault(written: Written, rows: pa.Table, described: str) -> None:
    """Metadata that names no column, or that is none of pandas', leaves all columns as they are."""
    path = str(written(rows.replace_schema_metadata({"pandas": described})))
    assert len(import_parquet(path, "label").dataset.features) == 4


@pytest.mark.parametrize(
    "shape",
    ["{0}/input.parquet", "file:{0}/in%70ut.parquet", "file://{0}/input.parquet", "file://localhost{0}/i*.parquet"],
)
def test_shapes_of_a_path(written: Written, rows: pa.Table, tmp_path: Path, shape: str) -> None:
    """A path, a file URI with one slash or three and with escapes, and a pattern in quotes lead to the same file."""
    written(rows)
    assert import_parquet(shape.format(tmp_path), "label", name="x").dataset.rows == 500


@pytest.mark.parametrize("uri", ["file://host/input.parquet", "file:input.parquet", "file:/input.parquet?a=b"])
def test_a_file_uri_of_another_machine_is_refused(uri: str) -> None:
    """A URI with a host, without a whole path or with a query is not taken for another path."""
    with pytest.raises(UsageError, match=r"write file:///PATH|give the path alone"):
        import_parquet(uri, "label")


@pytest.mark.parametrize(
    ("pattern", "rows_found"),
    [("*/*.parquet", 1500), ("**/1.parquet", 1000), ("b/[12].parquet", 1000), ("?", 1500), ("b*", 1000), ("c*", None)],
)
def test_patterns(written: Written, rows: pa.Table, tmp_path: Path, pattern: str, rows_found: int | None) -> None:
    """A pattern stands for files and directories; one that matches nothing is refused."""
    for name in ("a/1", "b/1", "b/2"):
        written(rows, f"trips/{name}.parquet")
    path = f"{tmp_path}/trips/{pattern}"
    if rows_found is None:
        with pytest.raises(DatasetError, match="There is no file of Parquet or ORC in"):
            import_parquet(path, "label")
    else:
        manifest = import_parquet(path, "label")
        assert manifest.dataset.rows == rows_found
        assert manifest.dataset.name == ("b" if pattern.startswith("b/") else "trips")


@pytest.mark.parametrize("which", ["one", "second"])
def test_two_columns_of_one_name(written: Written, rows: pa.Table, tmp_path: Path, which: str) -> None:
    """The file and the name are told, be the file alone or one of several."""
    if which == "second":
        written(rows, "in/a.parquet")
    twice = pa.Table.from_arrays([*rows.columns, rows["whole"]], [*rows.column_names, "whole"])
    path = written(twice, "in/b.parquet")
    with pytest.raises(DatasetError, match=rf"^2 columns of {path} are called 'whole': rename all but one\.$"):
        import_parquet(str(tmp_path / "in"), "label")


def test_a_feature_that_tells_the_label(written: Written, rows: pa.Table) -> None:
    """A feature that alone orders the rows by their label is found, whichever way it goes, and no other one is."""
    label = rows["label"].to_numpy()
    noise = np.random.default_rng(1).normal(size=500) / 100
    columns = {"same": label + noise, "opposite": 5 - label + noise, "number": rows["number"], "label": label}
    assert find_telltales(import_parquet(str(written(columns)), "label")) == {"same": 1.0, "opposite": 1.0}
    few = np.arange(500) < 6
    assert (
        find_telltales(import_parquet(str(written({"a": few * 1.0 + noise, "label": few})), "label", name="few")) == {}
    )
