"""Two passes of trainers over rows that a strategy hands over, in the process of the trial."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.model import Clock, RowDelivery, Trial
from bench.trial.sink import SinkReport, consume
from bench.trial.tree_usage import DRIVER, JVM, OTHERS, TreeUsage

FIRST, SECOND = "first_pass", "second_pass"


def take(hook: str, hand_over: Callable[[], RowDelivery | None], trial: Trial, clock: Clock) -> Path | None:
    """Have a strategy hand rows over, take two passes over them, and return the file of the trainers' reports.

    Args:
        hook: Name of the hook, whose phase has the first pass in it.
        hand_over: Calls it.
        trial: The trial.
        clock: The clock that records phases and figures.

    Returns:
        A JSON file; ``None`` if the strategy handed nothing over, as the control does.
    """
    function = functools.partial(consume, trial.batch_size // trial.workers, trial.step_ms / 1000)
    usage = TreeUsage()
    with clock.phase(hook):
        delivery = hand_over()
        if delivery is None:
            return None
        with clock.phase(FIRST):
            first = list(delivery.run(function))
    cpu_s = usage.cpu_s()
    _measure(clock, "handoff_cpu_s", cpu_s, first)
    _measure_memory(clock, usage, first)
    usage = TreeUsage()
    with clock.phase(SECOND):
        second = list(delivery.run(function))
    _measure(clock, "second_pass_cpu_s", usage.cpu_s(), second)
    clock.measure("first_batch_s", max((report.first_batch_s for report in _reports(first)), default=0.0))
    clock.measure("starved_share", _starved_share(first))
    clock.measure("second_starved_share", _starved_share(second))
    path = trial.scratch / "deliveries.json"
    path.write_text(json.dumps({FIRST: _as_json(first), SECOND: _as_json(second)}))
    return path


def _reports(found: Sequence[Any]) -> list[SinkReport]:
    return [report for report in found if isinstance(report, SinkReport)]


def _measure(clock: Clock, name: str, cpu_s: float, found: Sequence[Any]) -> None:
    """Leave the CPU seconds of the hand-off, without the trainers' own, which are the same whatever the way."""
    clock.measure(name, max(0.0, cpu_s - sum(report.own_cpu_s for report in _reports(found))))


def _measure_memory(clock: Clock, usage: TreeUsage, found: Sequence[Any]) -> None:
    reports = _reports(found)
    peaks = usage.peaks(besides={report.pid for report in reports})
    clock.measure("trainers_cpu_s", sum(report.own_cpu_s for report in reports))
    clock.measure("driver_memory_bytes", peaks[DRIVER])
    clock.measure("jvm_memory_bytes", peaks[JVM])
    clock.measure("python_workers_memory_bytes", peaks[OTHERS])
    clock.measure("ranks_memory_bytes", sum(report.peak_bytes for report in reports))


def _starved_share(found: Sequence[Any]) -> float:
    """Return the share of their time for which trainers waited for a batch, from the first on."""
    reports = _reports(found)
    took = sum(report.took_s for report in reports)
    return sum(report.waited_s for report in reports) / took if took else 0.0


def _as_json(found: Sequence[Any]) -> list[Any]:
    return [dataclasses.asdict(one) if isinstance(one, SinkReport) else one for one in found]
