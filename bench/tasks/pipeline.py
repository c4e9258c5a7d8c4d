"""The task ``pipeline``: from raw tables to predictions that are written, features made on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.tasks.base import COST_COLUMNS, RATE_COLUMN, SETUP_COLUMN, Column, Observation
from bench.tasks.train import Train

if TYPE_CHECKING:
    from bench.model import Trial

TO_MODEL = ("etl", "handoff", "train")  # inner phases until there is a model


class Pipeline(Train):
    """Judged by the time from the raw tables to predictions; the time to a model is beside it."""

    def work(self, seen: Observation) -> dict[str, Any]:
        """Return both times, the rows of the feature table and their rate.

        A program that names no stages of its own has no time to a model.
        """
        seconds = seen.phases[self.measured]
        model_s = sum(max(seen.inner.get(name) or [0.0]) for name in TO_MODEL)
        return {
            **self.idle_work(seen.phases),
            "time_to_model_s": round(model_s, 6) if seen.inner.get(TO_MODEL[-1]) else None,
            "rows": seen.dataset.rows,
            "rows_per_s": round(seen.dataset.rows / seconds, 3),
        }

    def idle_work(self, phases: Mapping[str, float]) -> dict[str, Any]:
        """Return the time to predictions."""
        return {"time_to_predictions_s": round(phases[self.measured], 6)}

    def rows(self, dataset: Any) -> int:
        """Return the rows of the feature table."""
        found: int = dataset.rows
        return found

    def seconds(self, record: Mapping[str, Any]) -> float | None:
        """Return the time from the raw tables to predictions."""
        return self.duration_s(record)

    def check(self, trial: Trial) -> None:
        """See that there are raw tables; see `bench.tasks.base.Task.check`."""
        if not trial.dataset.raw:
            raise UsageError(
                f"{trial.dataset.name} has no raw tables to make features of: take --data flights-raw, or a directory "
                "of your own tables with --features FILE."
            )


PIPELINE = Pipeline(
    name="pipeline",
    hooks=("pipeline",),
    measured="pipeline",
    splits_to_score=("test",),
    writes=True,
    composed=True,
    default_data="flights-raw",
    weighs_quality=True,
    result="from raw tables to predictions",
    time_is="time to predictions",
    milestone="to a model",
    reported=(Column("time to a model", "seconds", ("time_to_model_s",)),),
    rows_are="of features",
    columns=(
        Column("raw to\nscores, s", "seconds", ("phases", "pipeline")),
        Column("raw to\nmodel, s", "seconds", ("time_to_model_s",)),
        Column("etl,\ns", "seconds", ("slowest", "etl")),
        Column("hand-off,\ns", "seconds", ("slowest", "handoff")),
        Column("train,\ns", "seconds", ("slowest", "train")),
        Column("predict,\ns", "seconds", ("slowest", "predict")),
        SETUP_COLUMN,
    ),
    columns_after=(*COST_COLUMNS, RATE_COLUMN),
)
