"""The time of a trial: the worker writes events at once, and the parent turns them into phases.

Both sides read ``CLOCK_MONOTONIC``, which is one clock for the whole machine. Since each event is on
disk before the work goes on, the phases of a trial that was killed are as exact as those of one
that ended well.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class EventClock:
    """The worker's clock: appends one line to a file for each begin, end and note.

    Attributes:
        raised_in: Path of the phase that an exception left first.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Args:
            path: The file to append to.
        """
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._open: list[str] = []
        self.raised_in: str | None = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Name the time that the body of the ``with`` takes; phases nest."""
        self._write(begin=name)
        self._open.append(name)
        try:
            yield
        except BaseException:
            self.raised_in = self.raised_in or "/".join(self._open)
            raise
        finally:
            self._open.pop()
            self._write(end=name)

    def note(self, name: str, value: Any) -> None:
        """Leave a fact for the record; a later one of the same name replaces it."""
        self._write(note=name, value=value)

    def measure(self, name: str, value: float) -> None:
        """Leave a number that figures are made of; a later one of the same name replaces it."""
        self._write(measure=name, value=value)

    def ranks(self, name: str, seconds: Sequence[float]) -> None:
        """Name a phase that each rank of a distributed job measured for itself.

        Args:
            name: A short word.
            seconds: A value for each rank, in the order of the ranks.
        """
        self._write(ranks=name, seconds=[float(value) for value in seconds])

    def stages(self, stages: Sequence[Mapping[str, float]]) -> None:
        """Leave what Spark says of its stages; see `bench.Trial.spark_stages`."""
        self._write(stages=[dict(stage) for stage in stages])

    def _write(self, **event: Any) -> None:
        os.write(self._descriptor, (json.dumps({"t": time.monotonic(), **event}) + "\n").encode())


@dataclass
class Timeline:
    """The phases, notes and numbers of one trial.

    Attributes:
        phases: Seconds of each phase from the spawn to the end, ``start`` and ``other`` included:
            they sum to the wall time.
        inner: Seconds of each phase that the strategy named inside a hook, a value per rank. Those
            of another hook than the measured one are called ``hook.name``.
        notes: Facts that the strategy left.
        measures: Numbers that it left for figures, unchecked.
        stages: What Spark said of its stages, unchecked.
        spans: Begin and end of each phase that the worker named, seconds of ``CLOCK_MONOTONIC``.
        last: Path of the phase that the trial was in when it ended, such as ``train/load``.
    """

    phases: dict[str, float] = field(default_factory=dict)
    inner: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)
    stages: list[Any] = field(default_factory=list)
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    last: str = "start"


def read_events(path: Path) -> list[dict[str, Any]]:
    """Return the events in a file, up to the first line that was not finished: the last, or one on a full disk."""
    return parse_events(path.read_bytes().split(b"\n")[:-1]) if path.exists() else []


def parse_events(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the events in whole lines, up to the first that is none.

    Args:
        lines: The lines, without their ends.
    """
    events = []
    for line in lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def current(events: list[dict[str, Any]]) -> str:
    """Return the path of the innermost open phase, such as ``train/load``; ``start`` before the first."""
    opened: list[str] = []
    for event in events:
        if "begin" in event:
            opened.append(event["begin"])
        elif "end" in event:
            opened.pop()
    seen = any("begin" in event for event in events)
    return "/".join(opened) or ("other" if seen else "start")


def timeline(events: list[dict[str, Any]], measured: str, started: float, ended: float) -> Timeline:
    """Sum the events of a trial into phases.

    Args:
        events: Out of `read_events`.
        measured: The hook that is measured; its inner phases go by their plain name.
        started: Moment of the spawn, seconds of ``CLOCK_MONOTONIC``.
        ended: Moment at which the worker was gone, or was to be killed, same clock; phases still open end here.
    """
    # Who is killed works on for the milliseconds until it is.
    events = [event for event in events if event["t"] <= ended]
    phases: dict[str, float] = defaultdict(float)
    inner: dict[str, float] = defaultdict(float)
    stack: list[tuple[str, float]] = []
    result = Timeline(last=current(events))
    first = ended

    def close(moment: float) -> None:
        name, began = stack.pop()
        if not stack:
            phases[name] += moment - began
            result.spans[name] = (result.spans.get(name, (began, began))[0], moment)
        else:
            inner[inner_name(stack[0][0], name, measured)] += moment - began

    for event in events:
        if "begin" in event:
            first = min(first, event["t"])
            stack.append((event["begin"], event["t"]))
        elif "end" in event:
            close(event["t"])
        elif "ranks" in event:
            hook = stack[0][0] if stack else measured
            result.inner[inner_name(hook, event["ranks"], measured)] = event["seconds"]
        elif "stages" in event:
            result.stages += event["stages"]
        elif "measure" in event:
            result.measures[event["measure"]] = event["value"]
        else:
            result.notes[event["note"]] = event["value"]
    while stack:
        close(ended)
    named = {"start": first - started, **phases}
    result.phases = {**named, "other": (ended - started) - sum(named.values())}
    result.inner |= {name: [seconds] for name, seconds in inner.items()}
    return result


def inner_name(hook: str, name: str, measured: str) -> str:
    """Return the name of an inner phase in the record: a phase of the measured hook has no prefix."""
    return name if hook == measured else f"{hook}.{name}"
