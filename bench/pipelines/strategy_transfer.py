"""A hand-off that is a strategy of the task ``handoff``, inside a pipeline: its rows go to the process of the trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench import rows
from bench.errors import Skip
from bench.families import family_of
from bench.pipelines.engine import SPARK
from bench.pipelines.transfer import PROCESS, FeatureTransfer
from bench.scaling import LIMITS, Scale

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from bench.model import Dataset, Trial
    from bench.plugins import Plugin


@dataclass(frozen=True)
class AbsentTrainers:
    """Stands in the place of the harness's trainers, which a pipeline has not: its own strategy trains.

    Attributes:
        name: Name of the hand-off.
    """

    name: str

    def run(self, *_: Any) -> Any:
        """Say that rows cannot be had without them."""
        raise Skip(f"{self.name} gives rows to processes that it starts itself: take to_arrow or parquet_files.")

    feed = run


@dataclass(frozen=True)
class StrategyTransfer(FeatureTransfer):
    """The rows to train on go the way of a strategy; those to score, which it has no ids for, by Arrow.

    Attributes:
        plugin: The strategy.
    """

    plugin: Plugin | None = field(default=None, compare=False)

    def transfer(self, trial: Trial, frame: Any) -> Dataset:
        """Hand the features over; see `bench.pipelines.transfer.FeatureTransfer.transfer`.

        Raises:
            Skip: The strategy gives rows to processes of its own only.
        """
        assert self.plugin is not None  # noqa: S101 - for the type checker
        dataset = trial.dataset
        features = [f"`{name}`" for name in dataset.features]
        train = frame.where("not test").selectExpr(f"`{dataset.label}` as label", *features)
        trainers = AbsentTrainers(self.name)
        delivery = self.plugin.hook.bench_handoff(trial=trial, session=SimpleNamespace(frame=train, trainers=trainers))
        if not hasattr(delivery, "blocks"):
            trainers.run()
        tables = {
            "train": _table(dataset, delivery.blocks(0, 1)),
            "test": frame.where("test").select("row_id", *(f"`{name}`" for name in dataset.columns)).toArrow(),
        }
        return rows.hold(dataset, rows.HeldRows(tables))

    def limits(self, at: Scale) -> Mapping[str, float]:
        """Return what the strategy states; see `bench.pipelines.transfer.FeatureTransfer.limits`."""
        assert self.plugin is not None  # noqa: S101 - for the type checker
        return self.plugin.hook.bench_scaling(at=at).get(LIMITS, {}) if self.plugin.has("bench_scaling") else {}


def _table(dataset: Dataset, blocks: Iterator[tuple[np.ndarray, np.ndarray]]) -> pa.Table:
    """Return blocks of features and labels as a table; row ids are the places of the rows."""
    import numpy as np
    import pyarrow as pa

    found = list(blocks)
    labels = np.concatenate([labels for _, labels in found])
    columns = {
        name: np.concatenate([features[:, place] for features, _ in found])
        for place, name in enumerate(dataset.features)
    }
    return pa.table({"row_id": np.arange(len(labels)), dataset.label: labels, **columns})


def of_strategy(plugin: Plugin) -> StrategyTransfer | None:
    """Return the hand-off of a strategy; None where it hands no rows over.

    Args:
        plugin: The strategy.
    """
    facts = plugin.strategy
    if not plugin.has("bench_handoff") or family_of(facts.family).floor:
        return None
    return StrategyTransfer(
        plugin.name, takes=(SPARK,), serves=(PROCESS,), needs=facts.needs, install=facts.install, plugin=plugin
    )
