"""The tests that a strategy passes which finds clusters; all others skip them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench import plugins
from bench.machine import limits
from bench.model import Dataset
from bench.problems.clusters import CLUSTERS, standardised
from bench.request import Request
from bench.runs import plan
from bench.tasks.cluster import CLUSTER
from bench.testing.support import copy_with_changes, run_trial
from bench.trial import models, plain_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

APART = 8.0  # standard deviations
UNIT = 100.0  # whoever does not standardise sees nothing but the feature that has it


class ClusterContract:
    """The part of `bench.testing.StrategyContract` on clusters.

    Attributes:
        strategy: Name of the strategy.
        request: How much training.
        lloyd_tolerance: How far its grade may lie from that of Lloyd's algorithm, as a share of it; more where it is
            another algorithm.
    """

    strategy: str
    request: Request
    lloyd_tolerance: float = CLUSTERS.metrics[0].tolerance

    def test_its_centres_are_those_of_all_rows(self, dataset: Dataset, tmp_path: Path) -> None:
        """Its centres lie as near to the rows as those of Lloyd's algorithm, with two workers if it is distributed.

        The rows are scattered so that any usual shard lacks half of the clusters. This catches centres from one
        worker's rows, from fewer steps than were asked for, from other centres to begin with, and from features that
        are not standardised.
        """
        plugin = plugins.load(self.strategy)
        if CLUSTER.name not in plugin.tasks:
            pytest.skip("it finds no clusters")
        rows = scattered(dataset, tmp_path / "scattered")
        workers = 2 if plugin.strategy.distributed else 1
        record = run_trial(self.strategy, rows, tmp_path, workers, replace(self.request, task=CLUSTER.name))
        assert record["status"] == "ok", record["reason"]
        expected = grade_of_lloyd(self.strategy, rows, tmp_path, self.request)
        found = record["quality"][CLUSTERS.metrics[0].name]
        assert found == pytest.approx(expected, rel=self.lloyd_tolerance)


def scattered(dataset: Dataset, directory: Path) -> Dataset:
    """Copy a dataset, with row groups of its train split in four places far apart, and one feature in another unit.

    One feature tells the first half of them from the second, and another one those with even numbers from the others: a
    strategy that shares rows out by halves or in turn, and learns from one share only, never sees two of the places.

    Args:
        dataset: The dataset to copy.
        directory: Where to put the copy.
    """

    def move(table: Any, group: int, groups: int) -> Any:
        places = (group < groups // 2, group % 2 == 0)
        for name, std, there in zip(dataset.features, dataset.stds, places, strict=False):
            table = _changed(table, name, APART * std * there)
        return _changed(table, dataset.features[-1], times=UNIT)

    copy = copy_with_changes(dataset, directory, move)
    means, stds = ((*values[:-1], UNIT * values[-1]) for values in (dataset.means, dataset.stds))
    return replace(copy, means=means, stds=stds)


def _changed(table: Any, name: str, plus: float = 0.0, times: float = 1.0) -> Any:
    import numpy as np
    import pyarrow as pa

    index = table.schema.get_field_index(name)
    changed = (times * table[name].to_numpy() + plus).astype(np.float32)
    return table.set_column(index, table.schema.field(index), pa.array(changed))


def grade_of_lloyd(strategy: str, dataset: Dataset, directory: Path, request: Request) -> float:
    """Return the grade of the centres that Lloyd's algorithm comes to, from those that a strategy is given.

    Args:
        strategy: Name of the strategy.
        dataset: The dataset.
        directory: Directory for files.
        request: How many clusters, and how many steps.
    """
    import numpy as np

    wanted = replace(request, task=CLUSTER.name, workers=(1,), cores=limits.cores_available())
    planned = plan.make(wanted, {strategy: plugins.load(strategy).strategy}, dataset)[0]
    planned = models.with_initial(planned, directory)
    if planned.trial.initial is None:
        raise AssertionError("a cluster trial begins with centres")
    rows = standardised(np.concatenate(list(plain_rows.features(dataset, "train"))), dataset)
    np.save(directory / "lloyd.npy", _lloyd(rows, np.load(planned.trial.initial), request.iterations))
    return models.grade(planned, directory / "lloyd.npy")[CLUSTERS.metrics[0].name]


def _lloyd(rows: npt.NDArray[np.float64], centres: npt.NDArray[Any], steps: int) -> npt.NDArray[Any]:
    """Move every centre to the mean of the rows that are nearest to it, so many times; one without rows stays."""
    import numpy as np

    for _ in range(steps):
        nearest = np.argmin([((rows - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
        moved = [rows[nearest == number] for number in range(len(centres))]
        centres = np.array(
            [own.mean(axis=0) if len(own) else centre for own, centre in zip(moved, centres, strict=True)]
        )
    return centres
