"""The task ``predict``: score every row with a given model, or with the one that the strategy has trained before."""

from __future__ import annotations

from itertools import zip_longest
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

COLD = ("load", "compile")  # inner phases that a long job pays once


class Predict(Task):
    """Judged by the rate: a way that goes row by row may stop in time, and another one finish."""

    def rows(self, dataset: Sizes) -> int:
        """Return the rows of both splits."""
        return dataset.rows

    def work(self, seen: Observation) -> dict[str, Any]:
        """Return the rows scored and their rate, also without loading the model and its first call.

        Ranks load at the same time, so that what it cost the trial is what it took the slowest. A strategy's own model
        is there already, and what it calls loading is something else.
        """
        rows, seconds = int(seen.measures.get("rows_scored", seen.dataset.rows)), seen.phases[self.measured]
        found = {"rows": rows, "rows_per_s": round(rows / seconds, 3)}
        slowest = max(map(sum, zip_longest(*(seen.inner.get(name, []) for name in COLD), fillvalue=0.0)), default=0.0)
        if seen.given_model and 0 < slowest < seconds:
            found["rows_per_s_warm"] = round(rows / (seconds - slowest), 3)
        return found

    def seconds(self, record: Figures) -> float | None:
        """Return the time to score a thousand rows."""
        rate = record["rows_per_s"]
        return max(LEAST_S, 1000.0 / float(rate)) if rate else None


PREDICT = Predict(
    name="predict",
    hooks=("train", "predict"),
    measured="predict",
    splits_to_score=("train", "test"),
    scores_given_model=True,
    result="for a million rows",
    time_is="time to score",
    rows_are="to score",
    judged_rows=1000,
    axis_rows=1_000_000,
    all_grades=False,
    row_budget=True,
    writes=True,
    columns=(
        RATE_COLUMN,
        Column("warm,\nrows/s", "count", ("rows_per_s_warm",)),
        Column("rows\nscored", "count", ("rows",)),
        PREDICT_COLUMN,
        Column("load,\ns", "seconds", ("slowest", "load")),
        Column("compile,\ns", "seconds", ("slowest", "compile")),
        SETUP_COLUMN,
    ),
    columns_after=COST_COLUMNS,
)
