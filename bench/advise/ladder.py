"""Makes samples of a table, each inside the next larger one, with the same rows for testing.

A dataset of ours lies in the order of a hash, so that its first rows are a random sample. The row groups of a
registered table are taken in a random order; where it lies sorted, rows are drawn out of many of them, and mixed. They
are made on this machine's disk, and copied into a store where a cluster is to read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import rows as table_rows
from bench.datasets import remote, samples
from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.manifest import NAME, SPLITS
from bench.datasets.makers.build import Builder
from bench.datasets.makers.layout import Layout
from bench.datasets.store import open_dataset, open_manifest, stage_dataset
from bench.errors import UsageError
from bench.model import Dataset, Place
from bench.rows.batching import clustered
from bench.stores.filesystem import is_uri
from bench.stores.tree import Tree
from bench.tasks import Task

Columns = NDArray[np.float32]
MOST_TEST_ROWS = 200_000  # the sampling error of a grade is small beside what is asked
TEST_SHARE = 0.2  # of the rows, where the task works on both splits
FIRST_ROWS, FIRST_ROWS_OF_A_WORKER = 50_000, 10_000
LEAST_SIZES = 4  # of a ladder: three to forecast from, and one to see how well that does
GROUPS = 256  # row groups of a sorted table that rows are drawn out of
HELD_VALUES = 2**28  # values of a sorted table that are held: 1 GiB
SEED = 19


class Ladder:
    """The samples of one table.

    Attributes:
        dataset: The table.
        most: The rows of the largest sample that there may be, of those that the task works on.
    """

    def __init__(self, dataset: Dataset, task: Task, shared: Place | None = None) -> None:
        """Look at a table; no row is read yet.

        Args:
            dataset: The table, wherever it lies.
            task: The task that its rows are for.
            shared: A directory, or a place in a store, that others see, too; beside the datasets if not given.
        """
        self._shared = shared
        self.dataset, self._task = dataset, task
        self._both_splits = task.rows(dataset) > dataset.train_rows
        self._layout = Layout(
            dataset.label,
            dataset.features,
            dataset.problem,
            dataset.classes,
            dataset.weight,
            dataset.categorical,
        )
        self._mixed: dict[str, Columns] = {}
        self.most = task.rows(dataset)
        if clustered(dataset):
            self.most = min(self.most, HELD_VALUES // len(self._layout.names))

    @property
    def place(self) -> str:
        """Where the samples are, a directory or a URI; a table with other rows has another one."""
        return str(self._directory) if self._store is None else f"{self._store.path}/{self._mark}"

    @property
    def _mark(self) -> str:
        return self.dataset.fingerprint[:16]

    @property
    def _directory(self) -> Path:
        """The directory that they are made in."""
        if self._shared and self._store is None:
            return Path(self._shared.path).absolute() / self._mark
        return samples.place() / self._mark

    @property
    def _store(self) -> Place | None:
        return self._shared if self._shared and is_uri(self._shared.path) else None

    def sizes(self, asked: float, workers: int) -> list[int]:
        """Return the sizes of samples, ascending, each twice the one before, all of them less than what is asked for.

        Args:
            asked: The rows that are asked for, of those that the task works on.
            workers: The largest number of workers that are to share them.

        Raises:
            UsageError: The table has too few rows.
        """
        most = int(min(self.most, asked - 1))
        first = min(max(FIRST_ROWS, FIRST_ROWS_OF_A_WORKER * workers), most // 2 ** (LEAST_SIZES - 1))
        if first < 1000:
            raise UsageError(
                f"{self.dataset.name} has {self.most:,} rows {self._task.rows_are}, too few for sizes to forecast "
                f"{asked:,.0f} from: `bench run` measures so many."
            )
        return [first * 2**power for power in range((most // first).bit_length())]

    def sample(self, rows: int) -> Dataset:
        """Return a sample, made where it is not there yet.

        Args:
            rows: Its rows, of those that the task works on.

        Raises:
            DatasetError: A file of the table is damaged or gone, or the disk is full.
            StorageError: The store that holds the table cannot be reached.
        """
        numbers = self._split(rows)
        name = f"{numbers['train']}-{numbers['test']}"
        there = f"{self.place}/{name}"
        if self._store and Tree(there, self._store.storage).list():
            return open_dataset(there, self._store.storage)
        if not (self._directory / name / NAME).is_file():
            self._make(name, numbers)
        if self._store:
            return remote.copy(open_manifest(str(self._directory / name)), there, self._store.storage).dataset
        return open_dataset(there)

    def _split(self, rows: int) -> dict[str, int]:
        """Return the rows of each split of a sample."""
        if self._both_splits:
            test = min(self.dataset.test_rows, round(rows * TEST_SHARE))
            return {"train": rows - test, "test": test}
        return {"train": rows, "test": min(self.dataset.test_rows, MOST_TEST_ROWS)}

    def _make(self, name: str, numbers: dict[str, int]) -> None:
        with (
            stage_dataset(name, under=self._directory) as directory,
            Builder(directory, self._layout, numbers) as builder,
        ):
            for split in reversed(SPLITS):  # the rows for testing first, so that they have the same ids in all samples
                for columns in _first(self._in_random_order(split), numbers[split]):
                    builder.write(np.full(columns.shape[1], split == "test"), columns)
            source = {"maker": "ladder", "of": self.dataset.name, "fingerprint": self.dataset.fingerprint}
            builder.finish(f"{self.dataset.name}-{sum(numbers.values())}", best=self.dataset.best, source=source)

    def _in_random_order(self, split: str) -> Iterator[Columns]:
        """Yield the rows of a split in a random order that is the same each time."""
        found, random = table_rows.open(self.dataset, split), np.random.default_rng(SEED)
        if not self.dataset.table:
            yield from self._columns(found)
            return
        shuffled = found.only([found.groups[place] for place in random.permutation(len(found.groups))])
        if not clustered(self.dataset):
            yield from self._columns(shuffled)
            return
        if split not in self._mixed:
            pool = shuffled.only(shuffled.groups[:GROUPS])
            share = min(1.0, HELD_VALUES / (pool.rows * len(self._layout.names)))
            drawn = [block[:, random.random(block.shape[1]) <= share] for block in self._columns(pool)]
            held = np.concatenate(drawn, axis=1)
            self._mixed[split] = held[:, random.permutation(held.shape[1])]
        yield self._mixed[split]

    def _columns(self, found: table_rows.Rows) -> Iterator[Columns]:
        names = self._layout.names
        for table in found.tables(names):
            yield np.stack([to_numpy(table.column(name)) for name in names])


def _first(blocks: Iterator[Columns], rows: int) -> Iterator[Columns]:
    """Yield the first so many rows of blocks of shape (columns, rows); no further block is read."""
    left = rows
    for block in blocks:
        yield block[:, :left]
        left -= min(left, block.shape[1])
        if not left:
            return
