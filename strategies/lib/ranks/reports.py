"""The reports of ranks to the driver when training has ended, and the check that the ranks agree."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    from bench import Trial


LAUNCH = "launch"  # the lap that begins by the driver's clock and ends by the rank's
_LOADED_AT = time.monotonic()  # on the driver before any rank is launched


@dataclass(frozen=True)
class RankReport:
    """The report of a rank to the driver when its training has ended.

    Attributes:
        seconds: Seconds of each of its laps, by name.
        digest: SHA-256 of its model.
        rows: Rows that it read.
        threads: Threads that each library is set to, as read back in the rank.
        facts: Further facts, the same on all ranks, for the record's notes.
        measures: Numbers, the same on all ranks, that the record's figures are made of.
        model: The model, from rank 0 only.
        fault: Why the ranks could not train, as a sentence; all of them say the same.
    """

    seconds: Mapping[str, float]
    digest: str
    rows: int
    threads: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    model: Any = field(default=None, repr=False)
    fault: str = ""


def without_model(seconds: Mapping[str, float], fault: str) -> RankReport:
    """Return the report of a rank that did not train.

    Args:
        seconds: Seconds of each of its laps, by name.
        fault: Why it did not, as a sentence.
    """
    return RankReport(seconds=seconds, digest="", rows=0, threads={}, fault=fault)


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of a model.

    Args:
        parts: Its bytes.
    """
    return hashlib.sha256(b"".join(parts)).hexdigest()


def agree(trial: Trial, reports: Sequence[RankReport]) -> Any:
    """Write the ranks' reports into the record, check that the ranks agree, and return their model.

    Args:
        trial: The trial.
        reports: Of all ranks, in their order.

    Raises:
        RankError: Ranks ended with different models: they did not train together, whatever they returned; or they
            could not train.
    """
    if reports[0].fault:
        raise RankError(reports[0].fault)
    for name in reports[0].seconds:
        seconds = [report.seconds[name] for report in reports]
        if name == LAUNCH:
            seconds = _possible_launches(trial, reports)
        trial.ranks(name, seconds)
    trial.note("rows_per_rank", [report.rows for report in reports])
    trial.note("threads_per_rank", [dict(report.threads) for report in reports])
    for name, value in reports[0].facts.items():
        trial.note(name, value)
    for name, number in reports[0].measures.items():
        trial.measure(name, number)
    if len({report.digest for report in reports}) > 1:
        raise RankError("The ranks ended with different models, so they did not train together.")
    return reports[0].model


def _possible_launches(trial: Trial, reports: Sequence[RankReport]) -> list[float]:
    """Return how long each rank took to launch, as near as it can be to what the rank measured.

    Where the clocks of two hosts differ, that may be less than nothing, or more than there was time for.
    """
    passed_s = time.monotonic() - _LOADED_AT
    launches = []
    for report in reports:
        most = max(0.0, passed_s - sum(seconds for name, seconds in report.seconds.items() if name != LAUNCH))
        launches.append(min(max(0.0, report.seconds[LAUNCH]), most))
    if launches != [report.seconds[LAUNCH] for report in reports]:
        trial.note("clocks_differ", True)
    return launches
