"""The task ``train``: fit a model on the split ``train``, from touching the data to a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.tasks.base import (
    COST_COLUMNS,
    LEAST_S,
    PREDICT_COLUMN,
    RATE_COLUMN,
    SETUP_COLUMN,
    Column,
    Figures,
    Observation,
    Sizes,
    Task,
)


class Train(Task):
    """Judged by the time to a model; the test split is scored afterwards, apart, which is how models are graded."""

    def rows(self, dataset: Sizes) -> int:
        """Return the rows of the split ``train``."""
        return dataset.train_rows

    def work(self, seen: Observation) -> dict[str, Any]:
        """Return the time to a model, the rows of a pass and their rate."""
        rows = seen.dataset.train_rows - int(seen.measures.get("rows_dropped_per_epoch", 0))
        return {
            **self.idle_work(seen.phases),
            "rows": rows,
            "rows_per_s": round(rows / seen.phases[self.measured], 3),
        }

    def idle_work(self, phases: Mapping[str, float]) -> dict[str, Any]:
        """Return the time to a model."""
        return {"time_to_model_s": round(phases[self.measured], 6)}

    def seconds(self, record: Figures) -> float | None:
        """Return the time to a model."""
        found = record["time_to_model_s"]
        return None if found is None else max(LEAST_S, float(found))


TRAIN = Train(
    name="train",
    hooks=("train", "predict"),
    measured="train",
    splits_to_score=("test",),
    about_a_model=True,
    weighs_quality=True,
    result="to a model",
    time_is="time to a model",
    rows_are="to train on",
    columns=(Column("time to\nmodel, s", "seconds", ("time_to_model_s",)), SETUP_COLUMN, PREDICT_COLUMN),
    columns_after=(*COST_COLUMNS, RATE_COLUMN),
)
