"""The task ``handoff``: from a data frame of Spark to batches in the processes that train."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.problems.delivery import DELIVERY
from bench.tasks.base import LEAST_S, RATE_COLUMN, SETUP_COLUMN, Column, Figures, Observation, Sizes, Task

if TYPE_CHECKING:
    from bench.model import Trial

STARVED = Column("starved", "share", ("measures", "starved_share"))
SECOND_PASS = "second_pass"  # noqa: S105 - a phase


class Handoff(Task):
    """Judged by the rate of the first pass, to which everything that is done once for it belongs."""

    def rows(self, dataset: Sizes) -> int:
        """Return the rows of the split ``train``."""
        return dataset.train_rows

    def check(self, trial: Trial) -> None:
        """See that a batch has a row for each trainer; see `bench.tasks.base.Task.check`."""
        if trial.batch_size < trial.workers:
            raise UsageError(
                f"A global batch of {trial.batch_size} rows gives {trial.workers} trainers none: raise --batch-size."
            )

    def work(self, seen: Observation) -> dict[str, Any]:
        """Return the rows and their rate, also in the second pass."""
        rows = seen.dataset.train_rows
        found = {"rows": rows, "rows_per_s": round(rows / seen.phases[self.measured], 3)}
        if second := seen.phases.get(SECOND_PASS):
            found["rows_per_s_warm"] = round(rows / second, 3)
        return found

    def seconds(self, record: Figures) -> float | None:
        """Return the time to hand over a thousand rows."""
        rate = record["rows_per_s"]
        return max(LEAST_S, 1000.0 / float(rate)) if rate else None

    def spent(self, record: Figures) -> tuple[float, float] | None:
        """Return the CPU time of the first pass, and the peak memory of the driver and the ranks."""
        found = record["measures"]
        if "handoff_cpu_s" not in found or not record["rows"]:
            return None
        return (
            1e6 * float(found["handoff_cpu_s"]) / int(record["rows"]),
            float(found["driver_memory_bytes"] + found["ranks_memory_bytes"]),
        )

    def answer(self, results: Mapping[str, Any], directory: Path) -> Path | None:
        """Return the file with the trainers' reports; see `bench.tasks.base.Task.answer`."""
        del directory
        return results.get("delivery")


HANDOFF = Handoff(
    name="handoff",
    hooks=("handoff",),
    measured="handoff",
    splits_to_score=(),
    grades=DELIVERY,
    answer_is="rows to trainers",
    did="handed any over",
    hands_over=True,
    result="for a million rows",
    time_is="time to hand over",
    rows_are="to hand over",
    judged_rows=1000,
    axis_rows=1_000_000,
    columns=(
        RATE_COLUMN,
        Column("again,\nrows/s", "count", ("rows_per_s_warm",)),
        Column("CPU,\ns", "seconds", ("measures", "handoff_cpu_s")),
        Column("again,\nCPU s", "seconds", ("measures", "second_pass_cpu_s")),
        Column("driver", "bytes", ("measures", "driver_memory_bytes")),
        Column("ranks", "bytes", ("measures", "ranks_memory_bytes")),
        Column("written", "bytes", ("measures", "bytes_written")),
        STARVED,
        SETUP_COLUMN,
    ),
    reported=(
        Column("CPU, second pass", "seconds", ("measures", "second_pass_cpu_s")),
        Column("peak, driver", "bytes", ("measures", "driver_memory_bytes")),
        Column("peak, ranks", "bytes", ("measures", "ranks_memory_bytes")),
        STARVED,
    ),
    columns_after=(),
)
