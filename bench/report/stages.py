"""What Spark says of its stages during the measured work, for the table under the phases; pure."""

from __future__ import annotations

from collections.abc import Iterable

from bench.findings.names import marked_name
from bench.findings.phases import PhaseStack
from bench.writing import figures

HEADINGS = (
    "case",
    "stages",
    "tasks",
    "time of tasks",
    "of it CPU in the JVM",
    "garbage collection",
    "shuffle read",
    "shuffle written",
    "spilled, in memory",
    "spilled, on disk",
    "execution memory, largest of a stage",
)
# What was spilled has two sizes: as rows lay in memory, and as they were written, serialised and compressed.
SIZES = ("shuffle_read_bytes", "shuffle_write_bytes", "spill_memory_bytes", "spill_disk_bytes", "peak_execution_bytes")


def rows(stacks: Iterable[PhaseStack]) -> list[tuple[str, ...]]:
    """Return a row for each case whose Spark said something, as text under `HEADINGS`.

    Args:
        stacks: The trials that stand for the cases.
    """
    return [_row(stack) for stack in stacks if stack.spark]


def _row(stack: PhaseStack) -> tuple[str, ...]:
    said = stack.spark.get
    return (
        marked_name(stack.case),
        figures.whole(said("stages")),
        figures.whole(said("tasks")),
        *(figures.seconds(said(name)) for name in ("run_s", "cpu_s", "gc_s")),
        *(figures.size(said(name)) for name in SIZES),
    )
