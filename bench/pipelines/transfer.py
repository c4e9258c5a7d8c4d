"""What a hand-off is inside a pipeline: it gives a trainer the feature table that an engine has made.

A package adds one by an entry point in the group ``bench.handoffs``, whose name is the hand-off's and whose value is an
object of a subclass of `FeatureTransfer`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench import rows
from bench.kinds import Kinds
from bench.pipelines.engine import ARROW, SPARK

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from bench.model import Dataset, Trial
    from bench.scaling import Scale

# Who opens the rows: the process of the trial, ranks in other processes, ranks that Spark can pipe rows
# to, or Spark as a data frame.
PROCESS, RANKS, PIPED, FRAME = "process", "ranks", "piped", "frame"


@dataclass(frozen=True)
class FeatureTransfer(ABC):
    """A way to hand features over. Making one imports nothing and costs nothing.

    Attributes:
        name: Its name, the middle part of a pipeline's.
        takes: Frames that it takes, out of `bench.pipelines.engine.Engine.gives`.
        serves: Trainers that it serves, by `bench.Strategy.reads`.
        needs: Import names without which its pipelines are skipped.
        install: The arguments of ``pip install`` that bring them.
    """

    name: str
    takes: tuple[str, ...]
    serves: tuple[str, ...]
    needs: tuple[str, ...] = ()
    install: str = ""

    @abstractmethod
    def transfer(self, trial: Trial, frame: Any) -> Dataset:
        """Hand the features over, and return the dataset that the trainer opens: the measured phase ``handoff``.

        Files go to the trial's scratch directory, or to the place that `bench.rows.feature_place` gives: the harness
        removes both after the trial, however it ended.

        Args:
            trial: The trial.
            frame: What the engine has made.
        """

    def limits(self, at: Scale) -> Mapping[str, float]:
        """Return the share of each ceiling that so many rows use, by a name for people: see `bench.scaling.limit`.

        Args:
            at: The scale.
        """
        del at
        return {}


@dataclass(frozen=True)
class InMemory(FeatureTransfer):
    """An Arrow table of this process, cut into splits; the trainer's own matrix is the one copy of it."""

    def transfer(self, trial: Trial, frame: pa.Table) -> Dataset:
        """Hand the table over; see `FeatureTransfer.transfer`."""
        return hold_table(trial.dataset, frame)


def hold_table(dataset: Dataset, table: pa.Table) -> Dataset:
    """Hold a feature table in this process, and return the dataset of it.

    Args:
        dataset: The dataset of the trial.
        table: ``row_id``, ``test``, label and features.
    """
    import pyarrow.compute as pc

    columns = ["row_id", *dataset.columns]
    chosen = {"train": pc.invert(table["test"]), "test": table["test"]}
    splits = {split: table.filter(mask).select(columns).combine_chunks() for split, mask in chosen.items()}
    return rows.hold(dataset, rows.HeldRows(splits))


@dataclass(frozen=True)
class InPlace(FeatureTransfer):
    """A data frame of Spark, for trainers that are part of Spark: nothing is moved."""

    def transfer(self, trial: Trial, frame: Any) -> Dataset:
        """Hand the data frame over; see `FeatureTransfer.transfer`."""
        return rows.hold(trial.dataset, frame)


IN_MEMORY = InMemory("in_memory", takes=(ARROW,), serves=(PROCESS,))
IN_PLACE = InPlace("in_place", takes=(SPARK,), serves=(FRAME,))
# By what the engine makes and who reads: what a pipeline that names no hand-off does.
IMPLIED = {(ARROW, PROCESS): IN_MEMORY, (SPARK, FRAME): IN_PLACE}
TRANSFERS: Kinds[FeatureTransfer] = Kinds(
    "hand-off", "bench.handoffs", FeatureTransfer, {one.name: one for one in (IN_MEMORY, IN_PLACE)}
)
