"""The part of the train split that one rank trains on, in batches that all ranks have equally many of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import rows
from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    import numpy as np

    from bench import Trial
    from bench.rows import Rows


@dataclass(frozen=True)
class RankShare:
    """The part of the train split that one rank trains on.

    Attributes:
        rows: Its rows, not read yet.
        batch: Rows of its batches.
        steps: Batches in an epoch, the same on all ranks.
        world: Number of ranks.
        all_rows: Rows of the whole split.
    """

    rows: Rows
    batch: int
    steps: int
    world: int
    all_rows: int

    @property
    def rows_per_step(self) -> int:
        """Rows of a global batch."""
        return self.batch * self.world

    @property
    def rows_dropped_per_epoch(self) -> int:
        """Rows that no rank sees in an epoch."""
        return self.all_rows - self.steps * self.rows_per_step


def open_share(trial: Trial, rank: int, world: int) -> RankShare:
    """Open the train split and return a rank's part; every rank computes the same plan, without a message.

    A rank's batch is the global one divided by the ranks, rounded down. Shards differ by one row at most; every rank
    takes the steps that the smallest shard has whole batches for, because an all-reduce waits for every rank.

    Args:
        trial: Gives the dataset and the global batch.
        rank: The rank, from 0.
        world: Number of ranks.

    Raises:
        RankError: There are more ranks than rows.
    """
    train = rows.open(trial.dataset, "train")
    least = train.rows // world
    if not least:
        raise RankError(f"{train.rows} rows cannot be shared by {world} workers: ask for fewer with --workers.")
    batch = max(1, min(trial.batch_size // world, least))
    return RankShare(train.shard(rank, world), batch, least // batch, world, train.rows)


def read(trial: Trial, mine: RankShare) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Read a rank's features, labels and weights, straight from Parquet.

    Of a shard with one row more than the smallest, the last row is left out: all ranks draw from equally many.

    Args:
        trial: Gives the threads.
        mine: The rank's share.
    """
    features, labels, weights = mine.rows.matrix(trial.threads_per_worker)
    least = mine.all_rows // mine.world
    return features[:least], labels[:least], None if weights is None else weights[:least]
