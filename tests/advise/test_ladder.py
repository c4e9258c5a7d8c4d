"""Samples of a table: nested, with the same rows for testing, of copies and of tables where they lie."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bench import rows
from bench.advise.ladder import Ladder
from bench.cli import main
from bench.datasets import remote
from bench.datasets.format.arrays import to_numpy
from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.register.register import register_table
from bench.errors import UsageError
from bench.model import Dataset, Place
from bench.tasks import TASKS
from tests.objectstore import BUCKET, ObjectStore

ROWS = 20_000


def contents(dataset: Dataset, split: str) -> set[bytes]:
    """The rows of a split, without their ids."""
    tables = rows.open(dataset, split).tables(dataset.columns)
    found = np.concatenate(
        [np.stack([to_numpy(table.column(name)) for name in dataset.columns], axis=1) for table in tables]
    )
    return {row.tobytes() for row in found}


def table(path: Path, *, by_label: bool) -> None:
    """Write a table of two classes in the order of its rows, or of its label."""
    random = np.random.default_rng(1)
    x = random.standard_normal(ROWS)
    label = (x + random.standard_normal(ROWS) > 0).astype(np.int64)
    order = np.argsort(label) if by_label else np.arange(ROWS)
    pq.write_table(pa.table({"x": x[order], "label": label[order]}), path, row_group_size=500)


@pytest.fixture(params=["copy", "in place", "sorted"])
def dataset(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Dataset:
    """A dataset of each kind."""
    del home
    if request.param == "copy":
        return make_synthetic(ROWS, 3, name="made").dataset
    table(tmp_path / "table.parquet", by_label=request.param == "sorted")
    return register_table(str(tmp_path / "table.parquet"), "label", [], "registered").dataset


def test_samples_are_nested_and_share_their_test_rows(dataset: Dataset) -> None:
    """A smaller sample lies inside a larger one; rows for testing are all those of the table, in each."""
    ladder = Ladder(dataset, TASKS["train"])
    sizes = ladder.sizes(10 * ROWS, workers=1)
    assert sizes == [sizes[0] * 2**power for power in range(4)]
    assert sizes[-1] <= dataset.train_rows < 2 * sizes[-1]
    found = [ladder.sample(size) for size in sizes]
    assert [each.train_rows for each in found] == sizes
    trained = [contents(each, "train") for each in found]
    assert all(small < large for small, large in itertools.pairwise(trained))
    assert trained[-1] <= contents(dataset, "train")
    tested = contents(dataset, "test")
    assert all(contents(each, "test") == tested for each in found)
    # Of rows that lie sorted, too, a sample is like the whole.
    assert found[0].label_mean == pytest.approx(dataset.label_mean, abs=0.06)
    assert found[0].best == dataset.best
    # They stay until somebody removes them, and `bench data list` says how much they take.
    listed = CliRunner().invoke(main, ["data", "list"])
    assert re.search(r"Samples of `bench advise` take [\d.]+ [kM]B: `bench data clean` removes them\.", listed.output)
    done = CliRunner().invoke(main, ["data", "clean"])
    assert done.exit_code == 0, done.output
    assert not Path(ladder.place).exists()
    assert done.output.startswith("Removed ")
    assert "There are no samples." in CliRunner().invoke(main, ["data", "clean"]).output
    assert "Samples" not in CliRunner().invoke(main, ["data", "list"]).output
    assert not found[0].floors, "floors hold for enough rows only"


def test_a_sample_is_made_once(dataset: Dataset) -> None:
    """The second time it is read from where it was put, which no list of datasets shows."""
    size = Ladder(dataset, TASKS["train"]).sizes(10 * ROWS, 1)[0]
    first = Ladder(dataset, TASKS["train"]).sample(size)
    written = Path(first.path, "dataset.json").stat().st_mtime_ns
    assert Ladder(dataset, TASKS["train"]).sample(size) == first
    assert Path(first.path, "dataset.json").stat().st_mtime_ns == written
    from bench.datasets.store import names

    assert names() == [dataset.name]


def test_samples_of_a_table_in_a_bucket(home: Path, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """They lie on this disk, with the rows of a sample of the same table there."""
    del home
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    here = make_synthetic(ROWS, 3, name="here")
    there = remote.copy(here, f"s3://{BUCKET}/ladder", store.storage).dataset
    found = Ladder(there, TASKS["train"]).sample(4000)
    assert Path(found.path).is_dir()
    assert found.path == Ladder(here.dataset, TASKS["train"]).sample(4000).path, "the content is the same"
    assert contents(found, "test") == contents(here.dataset, "test")


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_samples_are_of_the_tables_kind(home: Path, kind: str) -> None:
    """Problem, classes and the best possible grade are those of the table."""
    del home
    whole = make_synthetic(ROWS, 3, kind=kind).dataset
    found = Ladder(whole, TASKS["train"]).sample(4000)
    assert (found.problem, found.classes, found.best) == (whole.problem, whole.classes, whole.best)
    assert found.label_mean == pytest.approx(whole.label_mean, abs=0.3 * whole.label_std)


def test_samples_to_score_keep_their_shares(home: Path) -> None:
    """Where a task works on both splits, every fifth row is for testing, so that sizes are twice each other."""
    del home
    ladder = Ladder(make_synthetic(ROWS, 3).dataset, TASKS["predict"])
    size = ladder.sizes(10 * ROWS, 1)[1]
    found = ladder.sample(size)
    assert (found.rows, found.test_rows) == (size, round(0.2 * size))


@pytest.mark.parametrize(("asked", "workers", "first"), [(1e9, 1, 2000), (8001, 1, 1000), (1e9, 2, 2000)])
def test_sizes_stay_below_what_is_asked(home: Path, asked: float, workers: int, first: int) -> None:
    """Four sizes at least, the largest within the table and below the size asked for."""
    del home
    sizes = Ladder(make_synthetic(ROWS, 3).dataset, TASKS["train"]).sizes(asked, workers)
    assert (sizes[0], len(sizes)) == (first, 4)
    assert sizes[-1] < asked


def test_a_small_table_has_no_ladder(home: Path) -> None:
    """Fewer than eight thousand rows are measured, and not forecast from."""
    del home
    with pytest.raises(UsageError, match="too few for sizes to forecast"):
        Ladder(make_synthetic(5000, 3).dataset, TASKS["train"]).sizes(1e6, 1)


def test_samples_are_put_where_a_cluster_sees_them(
    home: Path, tmp_path: Path, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a directory that hosts share, or into a bucket, where they are found the second time."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    found = make_synthetic(ROWS, 3, name="made").dataset
    shared = Ladder(found, TASKS["train"], Place(str(tmp_path / "shared"))).sample(2000)
    assert Path(shared.path).parent.parent == tmp_path / "shared"
    assert not (home / ".ladder").exists()
    bucket = Place(f"s3://{BUCKET}/samples-{tmp_path.name}", store.storage)
    there = Ladder(found, TASKS["train"], bucket).sample(2000)
    assert there.path.startswith(bucket.path)
    assert there.fingerprint == shared.fingerprint
    assert contents(there, "train") == contents(shared, "train")
    shutil.rmtree(home / ".ladder")  # it is not made again
    assert Ladder(found, TASKS["train"], bucket).sample(2000).path == there.path
    assert not (home / ".ladder").exists()
