"""A strategy that reads with `bench.rows` keeps the contract on a dataset in an object store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench import Dataset
from bench.datasets import remote
from bench.datasets.store import open_manifest
from bench.testing import StrategyContract
from bench.testing.support import make_tiny_dataset
from tests.objectstore import BUCKET, ObjectStore


class TestTheSkeletonInAStore(StrategyContract):
    """The first file of every author, as `bench new-strategy` writes it."""

    strategy = "mine"
    source = Path(bench.__file__).parent / "templates" / "strategy.py"

    @pytest.fixture(scope="class")
    @classmethod
    def dataset(cls, store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
        """The small dataset in a bucket, and the credentials for it where programs look for them."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in store.environ.items():
                patch.setenv(name, value)
            here = make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
            yield remote.copy(open_manifest(here.path), f"s3://{BUCKET}/contract", store.storage).dataset

    def test_it_reads_from_the_store(self, record: dict) -> None:
        """The rows come out of the bucket, and what was asked of it is in the record."""
        assert record["trial"]["dataset"] == "tiny"
        assert record["measures"]["store_requests"] > 2
        assert record["measures"]["store_bytes"] > 16_000 * 8 * 4
