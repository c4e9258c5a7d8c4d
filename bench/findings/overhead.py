"""The harness's own time in each trial, which the control shows: it does no work; pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from bench.findings.cases import Case
from bench.records.disturbance import WHOLE, Cause, causes


@dataclass(frozen=True)
class Overhead:
    """The harness's own time.

    Attributes:
        seconds: The median wall time of the control, of the trials that others did not disturb if there are such.
        cause: What disturbed each of its trials, the worst of it; None where one was undisturbed.
    """

    seconds: float
    cause: Cause | None


def overhead(summaries: Iterable[Case]) -> Overhead | None:
    """Return the harness's own time per trial; None where no control ended well.

    The whole trial counts, from its start to its end, unlike for cases that do work.

    Args:
        summaries: All cases of the run.
    """
    control = next((case for case in summaries if not case.works and case.ok), None)
    if control is None:
        return None
    quiet = control.undisturbed_in(WHOLE)
    seconds = statistics.median(record["wall_s"] for record in quiet or control.ok)
    worst = None if quiet else max(causes(record, WHOLE)[-1] for record in control.ok)
    return Overhead(seconds, worst)
