"""Sums what Spark said of its stages, phase by phase."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

SUMS = (
    "tasks",
    "run_s",
    "cpu_s",
    "gc_s",
    "shuffle_read_bytes",
    "shuffle_write_bytes",
    "spill_memory_bytes",
    "spill_disk_bytes",
)
PEAK = "peak_execution_bytes"
OTHER = "other"


def by_phase(stages: Iterable[Any], spans: Mapping[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    """Return the figures of the stages that began in each phase: sums and, of memory, the largest.

    Nothing is judged by them, so what is no number that can be counts as not said.

    Args:
        stages: For each the figures of `bench.Trial.spark_stages`.
        spans: Begin and end of each phase, seconds of ``CLOCK_MONOTONIC``.
    """
    found: dict[str, dict[str, float]] = {}
    for stage in stages:
        said = _numbers(stage)
        submitted = said.pop("submitted", math.nan)
        name = next((name for name, (began, ended) in spans.items() if began <= submitted <= ended), OTHER)
        phase = found.setdefault(name, {"stages": 0})
        phase["stages"] += 1
        for figure in SUMS:
            if figure in said:
                phase[figure] = round(phase.get(figure, 0) + said[figure], 6)
        if PEAK in said:
            phase[PEAK] = max(phase.get(PEAK, 0), said[PEAK])
    return found


def _numbers(stage: Any) -> dict[str, float]:
    items = stage.items() if isinstance(stage, Mapping) else ()
    return {
        name: value
        for name, value in items
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    }
