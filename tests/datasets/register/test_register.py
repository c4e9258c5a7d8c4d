"""A registered table has the rows, splits and columns that pandas reads out of its files by the same rules."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset, PredictionWriter, rows
from bench.datasets import open_dataset
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.register.register import register_table
from bench.datasets.register.view import ROWS_OF_A_FILE
from bench.errors import DatasetError, UsageError
from bench.trial import quality

ROWS = 6_000
Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def frame() -> pd.DataFrame:
    """Rows with a day, strings, missing values and a label."""
    generator = np.random.default_rng(0)
    signal = generator.normal(size=ROWS)
    amount = np.where(generator.random(ROWS) < 0.1, np.nan, signal * 10 + 3)
    return pd.DataFrame(
        {
            "amount": amount,
            "count": generator.integers(0, 100, ROWS),
            "town": generator.choice(["Bonn", "Ulm", "Köln"], ROWS),
            "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(np.arange(ROWS) // 100, unit="D"),
            "late": signal + generator.normal(size=ROWS) > 0,
        }
    )


@pytest.fixture
def table(frame: pd.DataFrame, tmp_path: Path, home: Path) -> Path:
    """The rows in three files of small row groups."""
    assert not list(home.iterdir())
    path = tmp_path / "trips"
    path.mkdir()
    for number, part in enumerate(np.array_split(np.arange(ROWS), 3)):
        pq.write_table(
            pa.Table.from_pandas(frame.iloc[part], preserve_index=False), path / f"{number}.parquet", row_group_size=700
        )
    return path


FEATURES = ("amount", "count", "town")


def read(dataset: Dataset, split: str) -> pd.DataFrame:
    """Read a split by `bench.rows`, by row id."""
    names = ["row_id", dataset.label, *dataset.features]
    found = pa.concat_tables(rows.open(dataset, split).tables(names)).to_pandas()
    return found.set_index("row_id").sort_index()


def expected(frame: pd.DataFrame, test: np.ndarray) -> dict[str, pd.DataFrame]:
    """Return what pandas makes of the rows, by split."""
    per_file = ROWS // 3
    ids = (np.arange(ROWS) // per_file) * ROWS_OF_A_FILE + np.arange(ROWS) % per_file
    made = frame[["late", *FEATURES]].copy()
    made["town"] = made["town"].map({"Bonn": 0, "Köln": 1, "Ulm": 2})
    made = made.astype(np.float32).set_index(pd.Index(ids, name="row_id"))
    made["amount"] = made["amount"].fillna(np.float32(made["amount"][~test].astype(np.float64).mean()))
    return {"train": made[~test], "test": made[test]}


def sides(frame: pd.DataFrame, rule: str) -> np.ndarray:
    """Return which rows are for testing, as the rule says in pandas."""
    if rule == "day<2024-02-15":
        return (frame["day"] >= "2024-02-15").to_numpy()
    if rule == "held_out":
        return frame["held_out"].to_numpy()
    raise AssertionError(rule)


@pytest.mark.parametrize("rule", ["day<2024-02-15", "held_out"])
def test_rows_are_those_of_pandas(frame: pd.DataFrame, table: Path, rule: str) -> None:
    """Labels, codes, filled values, row ids and splits are what pandas finds, and the manifest's figures are theirs."""
    frame["held_out"] = np.arange(ROWS) % 7 == 0
    for number, part in enumerate(np.array_split(np.arange(ROWS), 3)):
        pq.write_table(pa.Table.from_pandas(frame.iloc[part], preserve_index=False), table / f"{number}.parquet")
    dataset = register_table(str(table), "late", FEATURES, split_by=rule).dataset
    made = expected(frame, sides(frame, rule))
    for split, wanted in made.items():
        pd.testing.assert_frame_equal(read(dataset, split), wanted, check_dtype=False)
    train = made["train"][list(FEATURES)].astype(np.float64)
    assert dataset.means == pytest.approx(train.mean().to_numpy(), rel=1e-6)
    assert dataset.stds == pytest.approx(train.std(ddof=0).to_numpy(), rel=1e-6)
    assert (dataset.train_rows, dataset.test_rows) == (len(made["train"]), len(made["test"]))


def test_it_copies_no_row(table: Path, home: Path) -> None:
    """The dataset's directory has a manifest and nothing else."""
    register_table(str(table), "late", FEATURES)
    assert [path.name for path in (home / "trips").iterdir()] == ["dataset.json"]


def test_every_way_to_read_gives_each_row_once(table: Path) -> None:
    """Matrix, batches, shards and portions hold the same rows, wherever ranks cut inside row groups."""
    dataset = register_table(str(table), "late", FEATURES).dataset
    train = rows.open(dataset, "train")
    whole, labels, weights = train.matrix(threads=2)
    assert weights is None
    assert len(whole) == len(labels) == train.rows == dataset.train_rows
    test = rows.open(dataset, "test")
    parts = [test.shard(rank, 7).matrix(threads=1)[0] for rank in range(7)]
    assert {len(part) for part in parts} <= {test.rows // 7, test.rows // 7 + 1}
    assert np.array_equal(np.concatenate(parts), test.matrix(threads=2)[0])
    assert np.array_equal(np.concatenate([part.matrix(1)[0] for part in train.portions(4)]), whole)
    ids = np.concatenate([ids for ids, _ in rows.open(dataset, "train", "test").batches(999)])
    assert len(set(ids.tolist())) == ROWS == dataset.rows


def test_a_group_is_on_one_side_only(table: Path, frame: pd.DataFrame) -> None:
    """With `group=`, no value of the column is in both splits."""
    dataset = register_table(str(table), "late", FEATURES, split_by="group=count").dataset
    train, test = (set(read(dataset, split)["count"]) for split in ("train", "test"))
    assert train | test == set(frame["count"].astype(float))
    assert not train & test
    assert 5 <= len(test) <= 40


def test_where_leaves_rows_out_and_never_opens_other_partitions(
    frame: pd.DataFrame, tmp_path: Path, home: Path
) -> None:
    """Conditions choose rows as pandas does; a damaged file of a partition that they leave out is in nobody's way."""
    path = tmp_path / "parts"
    frame["month"] = frame["day"].dt.month
    pq.write_to_dataset(pa.Table.from_pandas(frame, preserve_index=False), path, partition_cols=["month"])
    dataset = register_table(str(path), "late", FEATURES, where="month >= 2 and count < 50").dataset
    assert dataset.path.startswith(str(home))
    wanted = frame[(frame["month"] >= 2) & (frame["count"] < 50)]
    assert dataset.rows == len(wanted)
    assert sorted(pd.concat([read(dataset, split) for split in ("train", "test")])["count"]) == sorted(wanted["count"])
    manifest = json.loads(Path(dataset.path, "dataset.json").read_text())
    assert not [file for file in manifest["registered"]["files"] if "month=1/" in file["path"]]


def test_rows_are_those_of_the_imported_copy(frame: pd.DataFrame, tmp_path: Path, home: Path) -> None:
    """In place there are the rows of the copy, label by label and value by value; the rules of the splits differ."""
    assert home.exists()
    frame["amount"] = frame["amount"].fillna(0.5)  # else each has the mean of its own train split
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "trips.parquet")
    found = []
    for make, name in ((register_table, "here"), (import_parquet, "there")):
        dataset = make(str(tmp_path / "trips.parquet"), "late", FEATURES, name=name).dataset
        both = pd.concat([read(dataset, split) for split in ("train", "test")])
        found.append(both.sort_values(list(both.columns), ignore_index=True))
    pd.testing.assert_frame_equal(*found)


def test_quality_equals_that_of_the_imported_copy(table: Path, tmp_path: Path) -> None:
    """A model of the rows in place is graded like one of the copy: here both score by a fixed function of a feature."""
    found = {}
    for name, dataset in (
        ("in place", register_table(str(table), "late", FEATURES, name="here").dataset),
        ("copy", import_parquet(str(table), "late", FEATURES, name="there").dataset),
    ):
        with PredictionWriter(tmp_path / f"{name}.parquet") as writer:
            for ids, features in rows.open(dataset, "train", "test").batches():
                writer.write(ids, 1 / (1 + np.exp(-(features[:, 0] - 3) / 10)))
        found[name] = quality.grade(dataset, ("train", "test"), tmp_path / f"{name}.parquet")
    assert found["in place"] == pytest.approx(found["copy"], abs=2e-3)


def test_a_sorted_table_is_dealt_out_to_ranks(frame: pd.DataFrame, tmp_path: Path, home: Path) -> None:
    """Where labels are sorted each rank gets rows of every stretch, each row once; elsewhere stretches of their own."""
    shares = {}
    for name, order in (("sorted", frame.sort_values("late")), ("shuffled", frame)):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pandas(order, preserve_index=False), path, row_group_size=1000)
        dataset = register_table(str(path), "late", FEATURES, name=name).dataset
        train = rows.open(dataset, "train")
        ranks = [train.shard(rank, 3).matrix(1) for rank in range(3)]
        shares[name] = [float(labels.mean()) for _, labels, _ in ranks]
        assert sum(len(labels) for _, labels, _ in ranks) == train.rows
        assert max(len(labels) for _, labels, _ in ranks) - min(len(labels) for _, labels, _ in ranks) <= 1
        assert (dataset.clustered > 0.3) == (name == "sorted")
    assert shares["sorted"] == pytest.approx([0.5] * 3, abs=0.05)
    assert home.exists()


@pytest.mark.parametrize("group_rows", [50, 3_000])
def test_ranks_get_rows_of_all_days(frame: pd.DataFrame, tmp_path: Path, home: Path, group_rows: int) -> None:
    """Of a table by day, each rank has rows of all days, in many row groups and in two."""
    assert home.exists()
    frame["days"] = (frame["day"] - frame["day"].min()).dt.days
    path = tmp_path / "by-day.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, row_group_size=group_rows)
    dataset = register_table(str(path), "late", ("days", "count"), name="by-day").dataset
    train = rows.open(dataset, "train")
    ranks = [train.shard(rank, 3) for rank in range(3)]
    means = [rank.matrix(1)[0][:, 0].mean() for rank in ranks]
    assert means == pytest.approx([dataset.means[0]] * 3, abs=1.5)  # stretches: 10, 30 and 50
    ids = np.concatenate([ids for rank in ranks for ids, _ in rank.batches()])
    assert len(ids) == train.rows == len(set(ids.tolist()))
    assert {rank.rows for rank in ranks} <= {train.rows // 3, train.rows // 3 + 1}
    assert (sum(len(rank.groups) for rank in ranks) == 3 * len(train.groups)) == (group_rows == 3_000)


def test_a_changed_file_is_told(table: Path) -> None:
    """A file that was replaced or taken away since is a sentence, before a run and inside a trial."""
    dataset = register_table(str(table), "late", FEATURES).dataset
    file = table / "1.parquet"
    content = file.read_bytes()
    file.write_bytes(content + b" ")
    with pytest.raises(DatasetError, match="has changed since the table was registered: register the table again"):
        open_dataset("trips")
    with pytest.raises(DatasetError, match="has changed since"):
        rows.open(dataset, "train")
    file.unlink()
    with pytest.raises(DatasetError, match=r"is gone since the table was registered, or \S+ does not see its disk"):
        open_dataset("trips")


BAD = {
    "no such column": ({"split_by": "nowhere<3"}, UsageError, "There is no column 'nowhere' to compare"),
    "no such value": ({"where": "count > many"}, UsageError, "'many' is no such value"),
    "no condition": ({"where": "count"}, UsageError, "'count' is no condition"),
    "a column of numbers as split": ({"split_by": "count"}, UsageError, "which says of no row whether"),
    "an empty split": ({"split_by": "count<1000"}, DatasetError, "The split 'test' would be empty"),
    "no row": ({"where": "count > 1000"}, DatasetError, "No row of the table is used, since no row has count > 1000"),
    "no split": ({"split_by": "town"}, DatasetError, "since the column 'town' says neither train nor test"),
    "no kind": ({"kind": "odd"}, UsageError, "There is no kind of problem 'odd'"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_used_is_a_sentence(table: Path, home: Path, bad: str) -> None:
    """Rules and conditions that fit no column are refused, and nothing half-written stays."""
    options, kind, sentence = BAD[bad]
    with pytest.raises(kind, match=sentence):
        register_table(str(table), "late", FEATURES, **options)
    assert not list(home.iterdir())


def test_a_run_on_it_ends_well(bench: Bench, table: Path) -> None:
    """The command line registers, describes, trains and scores, in one process."""
    done = bench("data", "register", str(table), "--label", "late", "--features", "amount,count,town", "--name", "mine")
    assert done.returncode == 0, done.stderr
    described = json.loads(bench("data", "describe", "mine", "--json").stdout)
    assert described["registered"]["path"] == described["table"] == str(table)
    run = bench("run", "--data", "mine", "--strategy", "lightgbm", "--trees", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "lightgbm" in run.stdout


def test_registering_twice_gives_the_same(table: Path) -> None:
    """The fingerprint is of the listing and of how rows are read: equal for equal tables, another for another rule."""
    one, other, third = (
        register_table(str(table), "late", FEATURES, name=name, split_by=rule).dataset
        for name, rule in (("a", "hash"), ("b", "hash"), ("c", "group=count"))
    )
    assert one.fingerprint == other.fingerprint != third.fingerprint
    assert replace(one, name="", path="") == replace(other, name="", path="")
