"""The numbers that a strategy may leave for figures, and the bounds of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from bench.model import Trial
from bench.problems import InvalidAnswerError

MOST_BYTES = 2.0**60  # an exbibyte: more than any cluster has, and less than a wrong unit gives
SPARE = 4  # a task of Spark may use more threads than its slot has cores


def _most_cpu_s(trial: Trial, wall_s: float) -> float:
    return SPARE * max(trial.cores, trial.workers) * wall_s


# The largest possible value of each, given the trial and its wall seconds.
Bound = Callable[[Trial, float], float]
BOUNDS: dict[str, Bound] = {
    "rows_scored": lambda trial, _: trial.dataset.rows,
    "rows_dropped_per_epoch": lambda trial, _: trial.dataset.train_rows - 1,
    "parameters": lambda *_: MOST_BYTES,
    "flops_per_row": lambda *_: MOST_BYTES,
    "allreduce_bytes_per_step": lambda *_: MOST_BYTES,
    "allgather_bytes_per_step": lambda *_: MOST_BYTES,
    "steps_timed": lambda trial, _: trial.epochs * trial.dataset.train_rows,
    "executors_cpu_s": _most_cpu_s,
    "executors_memory_bytes": lambda *_: MOST_BYTES,
    "handoff_cpu_s": _most_cpu_s,
    "second_pass_cpu_s": _most_cpu_s,
    "trainers_cpu_s": _most_cpu_s,
    "driver_memory_bytes": lambda *_: MOST_BYTES,
    "jvm_memory_bytes": lambda *_: MOST_BYTES,
    "python_workers_memory_bytes": lambda *_: MOST_BYTES,
    "ranks_memory_bytes": lambda *_: MOST_BYTES,
    "bytes_written": lambda *_: MOST_BYTES,
    "first_batch_s": lambda _, wall_s: wall_s,
    "starved_share": lambda *_: 1.0,
    "second_starved_share": lambda *_: 1.0,
    "store_requests": lambda *_: MOST_BYTES,
    "store_bytes": lambda *_: MOST_BYTES,
}
# Names that only the harness may note: readers of a record rely on them.
RESERVED_NOTES = frozenset({"gate", "processes_left", "saved_model"})


def check_measures(found: Mapping[str, Any], trial: Trial, wall_s: float) -> dict[str, float]:
    """Return the numbers that a strategy left, if all of them are possible.

    Args:
        found: The numbers, by name.
        trial: The trial.
        wall_s: Its wall seconds.

    Raises:
        InvalidAnswerError: One of them is no number, lies outside its bounds, or has an unknown name.
    """
    for name, value in found.items():
        if name not in BOUNDS:
            raise InvalidAnswerError(f"it measures {name!r}, and there are only {', '.join(BOUNDS)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InvalidAnswerError(f"its {name} is {value!r}, which is no number")
        most = BOUNDS[name](trial, wall_s)
        if not 0 <= value <= most:
            raise InvalidAnswerError(f"its {name} is {value:g}, and can only lie between 0 and {most:,.0f}")
    return dict(found)


def check_ranks(inner: Mapping[str, list[float]], wall_s: float) -> None:
    """Check that the seconds of inner phases are possible.

    Args:
        inner: Seconds of each, a value for each rank.
        wall_s: Wall seconds of the trial.

    Raises:
        InvalidAnswerError: One is negative, no number, or longer than the trial.
    """
    for name, values in inner.items():
        for value in values:
            if not 0 <= value <= wall_s:  # also refuses NaN
                raise InvalidAnswerError(
                    f"its inner phase {name} took a rank {value:g} s, and the whole trial took {wall_s:.1f} s"
                )


def spell_out(note: Any) -> Any:
    """Return a note with NaN and infinities as text, which JSON has no numbers for.

    Args:
        note: Anything that JSON can hold, and such floats.
    """
    if isinstance(note, dict):
        return {name: spell_out(value) for name, value in note.items()}
    if isinstance(note, list):
        return [spell_out(value) for value in note]
    return str(note) if isinstance(note, float) and not math.isfinite(note) else note
