"""What Spark says of its stages is summed by the phase in which each began."""

import math

from bench.trial.stages import by_phase

SPANS = {"setup": (0.0, 2.0), "train": (2.0, 10.0)}


def test_stages_are_summed_where_they_began():
    """Sums are over stages, memory is the largest of one, and what began in no phase is under `other`."""
    found = by_phase(
        [
            {"submitted": 1.0, "tasks": 2, "run_s": 0.5, "peak_execution_bytes": 9},
            {"submitted": 3.0, "tasks": 4, "run_s": 1.25, "peak_execution_bytes": 7},
            {"submitted": 9.0, "tasks": 1, "run_s": 0.25, "peak_execution_bytes": 8, "shuffle_read_bytes": 10},
            {"submitted": 11.0, "tasks": 1},
            {"tasks": 1},
        ],
        SPANS,
    )
    assert found == {
        "setup": {"stages": 1, "tasks": 2, "run_s": 0.5, "peak_execution_bytes": 9},
        "train": {"stages": 2, "tasks": 5, "run_s": 1.5, "shuffle_read_bytes": 10, "peak_execution_bytes": 8},
        "other": {"stages": 2, "tasks": 2},
    }


def test_what_is_no_figure_counts_as_not_said():
    """A package that leaves nonsense fails no trial by it: only figures that can be are summed."""
    nonsense = {"tasks": "two", "run_s": math.nan, "cpu_s": -1.0, "gc_s": True, "mine": 3, "spill_disk_bytes": 5}
    assert by_phase([{"submitted": 3.0, **nonsense}, "stage"], SPANS) == {
        "train": {"stages": 1, "spill_disk_bytes": 5},
        "other": {"stages": 1},
    }
