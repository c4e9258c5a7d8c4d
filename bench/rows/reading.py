"""Reads rows from Parquet into float32 matrices, whole or batch by batch, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import TYPE_CHECKING

from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.manifest import SPLITS
from bench.rows import groups as row_groups
from bench.rows.arrays import allocate, transpose
from bench.rows.batching import clustered, mixed, portioned
from bench.rows.files import RowFiles
from bench.rows.held import HeldTables, held
from bench.rows.tables import TableFiles

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from bench.model import Dataset
    from bench.rows.groups import RowGroup

BATCH_ROWS = 65_536  # a batch's fixed costs vanish, and the activations of our MLP take 64 MiB a layer at most
_HELD = 16  # batches of rows that a row is drawn out of where a table is sorted
_IN_FLIGHT = 8  # at most one in this many row groups is held beside the matrix


def import_libraries(threads: int) -> None:
    """Import the libraries of reading, so that this does not count as loading, and size pyarrow's thread pool.

    Args:
        threads: Threads that decode columns.
    """
    import numpy  # noqa: F401
    import pyarrow as pa
    import pyarrow.fs
    import pyarrow.parquet

    pa.set_cpu_count(threads)


def open_rows(dataset: Dataset, *splits: str) -> Rows:
    """Open the rows of one or more splits, wherever the dataset lies; no row is read yet.

    The plan is the same in every process, so that workers share the rows without talking to each other. It comes from
    the files' footers, which are read once; for a dataset in an object store from its manifest, and the footers are
    read, once, when the first rows are.

    Args:
        dataset: The dataset, as it stands in the trial.
        splits: ``train``, ``test`` or both.

    Raises:
        DatasetError: A file is damaged or gone, or the dataset has changed since the run was planned.
        StorageError: The store cannot be reached.
    """
    files = _files(dataset)
    return Rows(files, [group for split in splits for group in files.row_groups(split)])


def _files(dataset: Dataset) -> RowFiles | TableFiles | HeldTables:
    in_memory = held(dataset)
    if in_memory is not None:
        return HeldTables(dataset, in_memory.tables, is_share=in_memory.is_share)
    return TableFiles(dataset) if dataset.table else RowFiles(dataset)


class Rows:
    """Rows of a dataset, or a part of them; all parts share the listing, the footers and the opened objects.

    Damaged pages are found by their checksums and raise a `DatasetError` that names the file. An object in a store
    that was replaced since the run was planned, or while it was read, does so too.

    Attributes:
        dataset: The dataset.
        groups: Its row groups, or parts of them, in the order of the rows.
        rows: How many rows there are.
    """

    def __init__(self, files: RowFiles | TableFiles | HeldTables, groups: Sequence[RowGroup]) -> None:
        """Take opened files; see `bench.rows.open`.

        Args:
            files: The dataset's files.
            groups: The row groups.
        """
        self._files, self.groups = files, tuple(groups)
        self.dataset = files.dataset
        self.rows = sum(group.rows for group in self.groups)

    def only(self, groups: Sequence[RowGroup]) -> Rows:
        """Return the rows of some row groups.

        Args:
            groups: Row groups out of `groups`, or parts of them.
        """
        return Rows(self._files, groups)

    def shard(self, rank: int, world: int) -> Rows:
        """Return the rows of one rank: every row has one rank, and ranks differ by one row at most.

        Args:
            rank: The rank, from 0.
            world: Number of ranks.
        """
        if isinstance(self._files, HeldTables) and self._files.is_share:
            return self
        return self.only(row_groups.of_rank(self.groups, rank, world, ordered=clustered(self.dataset)))

    @property
    def _sorted(self) -> bool:
        """Whether stretches of the rows are of other kinds than the whole, from which ranks and batches would learn."""
        return clustered(self.dataset) and all(group.split == SPLITS[0] for group in self.groups)

    def portions(self, number: int) -> list[Rows]:
        """Share whole row groups out, in their order, so that portions have about equally many rows; none is empty.

        Args:
            number: Portions that are wanted; there are no more of them than row groups.
        """
        return [self.only(groups) for groups in row_groups.portions(self.groups, number)]

    def matrix(self, threads: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Read all rows into one matrix, which is allocated once.

        Threads decode different row groups and write them straight to their places, so that beside the matrix
        only the row groups in flight take memory.

        Args:
            threads: Threads to read with.

        Returns:
            The features, float32 of shape (rows, features) in C order; the labels, float32 of shape (rows,); and how
            much each row counts, float32 of shape (rows,), or ``None`` where all count alike. Each starts at a multiple
            of 64 bytes, so that TensorFlow can use it in place.

        Raises:
            DatasetError: A file is damaged or gone; the sentence names it.
        """
        names, label, weight = self.dataset.features, self.dataset.label, self.dataset.weight
        features, labels = allocate(self.rows, len(names)), allocate(self.rows, 1)[:, 0]
        weights = allocate(self.rows, 1)[:, 0] if weight else None
        workers = max(1, min(threads, len(self.groups) // _IN_FLIGHT))
        with (
            self._files.open_reader(self.groups, self.dataset.columns) as reader,
            ThreadPoolExecutor(workers) as pool,
        ):

            def read(group: RowGroup, end: int) -> None:
                block = reader.read(group, use_threads=workers < threads)
                place = slice(end - group.rows, end)
                transpose(block.features, features[place], block.kept)
                labels[place] = block.column(label)
                if weights is not None:
                    weights[place] = block.column(weight)

            for _ in pool.map(read, self.groups, accumulate(group.rows for group in self.groups)):
                pass
        return features, labels, weights

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Read row ids and features batch by batch; beside a batch no more than one row group is in memory.

        Args:
            rows: Rows of each batch but the last.

        Yields:
            Row ids, int64 of shape (rows,), and features, float32 of shape (rows, features) in C order, at a multiple
            of 64 bytes.
        """
        found = self.tables(("row_id", *self.dataset.features))
        for (row_ids,), features in self._batches(found, ("row_id",), rows):
            yield row_ids, features

    def labelled_batches(
        self, rows: int = BATCH_ROWS, seed: int = 0
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
        """Read what there is to learn batch by batch, for models that learn from one batch after another.

        Rows of a registered table that is sorted (`clustered`) come mixed: row groups in a random order, and each row
        drawn out of 16 batches of rows at least, which are in memory then.

        Args:
            rows: Rows of each batch but the last.
            seed: Of the order of a table that is sorted; each pass should have one of its own.

        Yields:
            Features, float32 of shape (rows, features) in C order, at a multiple of 64 bytes; labels, float32 of shape
            (rows,); and how much each row counts, float32 of shape (rows,), or ``None`` where all count alike.
        """
        import numpy as np

        found, generator = self.tables(self.dataset.columns), np.random.default_rng(seed)
        if self._sorted:
            order = generator.permutation(len(self.groups))
            found = mixed(
                self.only([self.groups[place] for place in order]).tables(self.dataset.columns), _HELD * rows, generator
            )
        for beside, features in self._batches(found, self.dataset.before_features, rows):
            yield features, beside[0], beside[1] if self.dataset.weight else None

    def _batches(
        self, found: Iterable[pa.Table], beside: tuple[str, ...], rows: int
    ) -> Iterator[tuple[list[np.ndarray], np.ndarray]]:
        """Yield columns and the features."""
        import numpy as np

        names = self.dataset.features
        for parts in portioned(found, rows):
            features, at = allocate(sum(map(len, parts)), len(names)), 0
            for part in parts:
                transpose([to_numpy(part.column(name)) for name in names], features[at : at + len(part)])
                at += len(part)
            yield [np.concatenate([to_numpy(part.column(name)) for part in parts]) for name in beside], features

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read columns, one Arrow table for each row group; no other column is read.

        Args:
            columns: Names of the columns: ``row_id``, the dataset's label, its weight, its features.
        """
        with self._files.open_reader(self.groups, columns) as reader:
            for group in self.groups:
                yield reader.read(group, use_threads=True).table(columns)
