"""A registered table in a real object store has the rows that it has on a disk, with its manifest here or there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

from bench import Dataset, rows
from bench.datasets import open_dataset, remote
from bench.datasets.format import description
from bench.datasets.register.register import register_table
from bench.datasets.store import open_manifest
from bench.errors import DatasetError, UsageError
from bench.stores import traffic
from tests.objectstore import BUCKET, ObjectStore

ROWS = 3_000
FILE = "1.parquet"


@pytest.fixture(autouse=True)
def _credentials(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process find its credentials where all programs do."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two files on this machine's disk."""
    generator = np.random.default_rng(0)
    signal = generator.normal(size=ROWS)
    amount = np.where(generator.random(ROWS) < 0.1, np.nan, signal * 10 + 3)
    town = generator.choice(["Bonn", "Ulm", "Köln"], ROWS)
    whole = pa.table({"amount": amount, "town": town, "late": signal + generator.normal(size=ROWS) > 0})
    (tmp_path / "trips").mkdir()
    for number in range(2):
        part = whole.slice(number * ROWS // 2, ROWS // 2)
        pq.write_table(part, tmp_path / "trips" / f"{number}.parquet", row_group_size=400)
    return tmp_path / "trips"


@pytest.fixture
def there(table: Path, store: ObjectStore, request: pytest.FixtureRequest, home: Path) -> Iterator[Dataset]:
    """The same files in the bucket, registered there; the manifest lies here."""
    assert not list(home.iterdir())
    place = f"{BUCKET}/{request.node.name.partition('[')[0]}"
    pafs.copy_files(str(table), place, destination_filesystem=store.filesystem())
    yield register_table(f"s3://{place}", "late", storage=store.storage, name="there").dataset
    store.filesystem().delete_dir(place)


def read(dataset: Dataset) -> pa.Table:
    """Return all rows of both splits, in their order."""
    return pa.concat_tables(rows.open(dataset, "train", "test").tables(["row_id", *dataset.columns]))


def test_rows_are_those_of_the_disk(table: Path, there: Dataset) -> None:
    """Row ids, splits, codes, filled values and figures are equal, and what was asked of the store is counted."""
    here = register_table(str(table), "late", name="here").dataset
    traffic.own.take()
    found = read(there)
    requests, bytes_ = traffic.own.take()
    assert found == read(here)
    assert (there.train_rows, there.means, there.stds) == (here.train_rows, here.means, here.stds)
    size = sum(path.stat().st_size for path in table.iterdir())
    assert requests > 4
    assert size / 2 < bytes_ < 2 * size


def test_it_is_read_without_its_manifest(there: Dataset) -> None:
    """A host that does not see the manifest reads by what travels with the dataset; one that got none says so."""
    expected = read(there)
    shutil.rmtree(there.path)
    assert read(there) == expected
    with pytest.raises(DatasetError, match=r"does not see the manifest of there in .*`bench data copy there s3://…`"):
        read(replace(there, description=""))


def test_its_manifest_may_lie_in_the_bucket(there: Dataset, store: ObjectStore) -> None:
    """`bench data copy` puts the manifest alone there, by which all read the same rows; when it goes, one says so."""
    place = f"s3://{BUCKET}/manifest"
    copied = remote.copy(open_manifest("there"), place, store.storage).dataset
    assert copied.description == ""
    assert copied == replace(there, path=place, storage=store.storage, listing=copied.listing, description="")
    assert read(copied) == read(there)
    store.filesystem().delete_dir(f"{BUCKET}/manifest")
    with pytest.raises(DatasetError, match=f"{place}"):
        read(copied)


def test_a_table_of_this_machine_is_not_put_into_a_bucket(table: Path, home: Path, store: ObjectStore) -> None:
    """A manifest in a bucket of files that no other host sees is refused."""
    assert home.exists()
    manifest = register_table(str(table), "late", name="here")
    with pytest.raises(UsageError, match="which only this machine sees"):
        remote.copy(manifest, f"s3://{BUCKET}/of-here", store.storage)


def test_a_description_that_is_too_large_stays_here(there: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not fit into a task of Spark's beside the credentials is left out: rows are read by the manifest."""
    monkeypatch.setattr(description, "MOST_CHARACTERS", len(there.description) - 1)
    found = open_dataset("there")
    assert found.description == ""
    assert read(found) == read(there)


def remove(store: ObjectStore, path: str) -> None:
    """Take an object away."""
    store.filesystem().delete_file(path)


def grow(store: ObjectStore, path: str) -> None:
    """Put a larger object in its place, which is no Parquet."""
    with store.filesystem().open_output_stream(path) as file:
        file.write(b"PAR1" * 20_000)


def write_anew(store: ObjectStore, path: str) -> None:
    """Write an object again, a while later."""
    with store.filesystem().open_input_stream(path) as file:
        content = file.read()
    time.sleep(1.1)  # stores tell whole seconds
    with store.filesystem().open_output_stream(path) as file:
        file.write(content)


@pytest.mark.parametrize(
    ("fault", "sentence"), [(remove, "is gone"), (grow, "has changed"), (write_anew, "has changed")]
)
def test_a_changed_object_is_told(
    there: Dataset, store: ObjectStore, fault: Callable[[ObjectStore, str], None], sentence: str
) -> None:
    """An object that goes or is replaced, also by one of its size, is named when opened and after it was read."""
    opened = rows.open(there, "train")
    path = f"{there.table.removeprefix('s3://')}/{FILE}"
    fault(store, path)
    for late in (
        lambda: list(opened.tables(["row_id"])),
        lambda: rows.open(there, "test"),
        lambda: open_dataset("there"),
    ):
        with pytest.raises(DatasetError, match=f"{path}.* {sentence}"):
            late()
