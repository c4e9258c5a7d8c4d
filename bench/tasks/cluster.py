"""The task ``cluster``: find centres of clusters in the split ``train``, from touching the data to the centres."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.problems.clusters import CLUSTERS
from bench.tasks.base import COST_COLUMNS, RATE_COLUMN, SETUP_COLUMN, Column
from bench.tasks.train import Train

if TYPE_CHECKING:
    from bench.model import Trial


class Cluster(Train):
    """Judged by the time to the centres, which ``bench_train`` returns; the harness measures them on the rows.

    Everybody begins with the same centres and takes the same number of steps, so that inertia is equal where the
    algorithm is, and times may be compared.
    """

    def check(self, trial: Trial) -> None:
        """See that there are as many rows as clusters; see `bench.tasks.base.Task.check`."""
        rows = trial.dataset.train_rows
        if trial.clusters > min(rows, CLUSTERS.sample_rows):
            raise UsageError(f"{rows:,} rows to train on give no {trial.clusters:,} clusters: lower --clusters.")

    def answer(self, results: Mapping[str, Any], directory: Path) -> Path | None:
        """Save the centres; see `bench.tasks.base.Task.answer`."""
        if results["model"] is None:
            return None
        import numpy as np

        centres = np.asarray(results["model"])
        if centres.dtype.kind not in "iuf":
            return None
        path = directory / "centres.npy"
        np.save(path, centres)
        return path


CLUSTER = Cluster(
    name="cluster",
    hooks=("train",),
    measured="train",
    splits_to_score=(),
    grades=CLUSTERS,
    answer_is="centres, as an array of numbers",
    weighs_quality=True,
    result="to centres",
    time_is="time to centres",
    rows_are="to cluster",
    columns=(Column("time to\ncentres, s", "seconds", ("time_to_model_s",)), SETUP_COLUMN),
    columns_after=(*COST_COLUMNS, RATE_COLUMN),
)
