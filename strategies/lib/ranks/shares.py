"""The part of the train split that one rank trains on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.rows import reading
from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    import numpy as np

    from bench import Trial


@dataclass(frozen=True)
class Share:
    """What one rank trains on.

    Attributes:
        groups: Its row groups, or parts of them.
        batch: Rows of its batches.
        steps: Batches in an epoch, the same on all ranks.
        world: Number of ranks.
        rows: Rows of the whole split.
    """

    groups: list[reading.RowGroup]
    batch: int
    steps: int
    world: int
    rows: int

    @property
    def facts(self) -> dict[str, int]:
        """The rows of a global batch, and the rows that no rank sees in an epoch, in the record's words."""
        together = self.batch * self.world
        return {"rows_per_step": together, "rows_dropped_per_epoch": self.rows - self.steps * together}


def share(trial: Trial, rank: int, world: int) -> Share:
    """Return what a rank trains on, from the footers alone, so that all ranks agree without a word.

    A rank's batch is the global one divided by the ranks, rounded down. Shards differ by one row at most; every rank
    takes the steps that the smallest shard has whole batches for, or an all-reduce would wait for ever.

    Raises:
        RankError: There are more ranks than rows.
    """
    groups = reading.row_groups(trial.dataset, "train")
    rows = sum(group.rows for group in groups)
    least = rows // world
    if not least:
        raise RankError(f"{rows} rows cannot be shared by {world} workers: ask for fewer with --workers.")
    batch = max(1, min(trial.batch_size // world, least))
    return Share(reading.shard(groups, rank, world), batch, least // batch, world, rows)


def read(trial: Trial, mine: Share) -> tuple[np.ndarray, np.ndarray]:
    """Read a rank's rows, features and labels, straight from Parquet.

    Of a shard with one row more than the smallest, the last row is left out: all ranks draw from equally many.
    """
    features, labels = reading.read_matrix(trial.dataset, mine.groups, trial.threads_per_worker)
    least = mine.rows // mine.world
    return features[:least], labels[:least]
