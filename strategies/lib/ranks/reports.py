"""The reports of ranks to the driver when training has ended, and the check that the ranks agree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    from bench import Trial


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
    """

    seconds: Mapping[str, float]
    digest: str
    rows: int
    threads: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    model: Any = field(default=None, repr=False)


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
        RankError: Ranks ended with different models: they did not train together, whatever they returned.
    """
    for name in reports[0].seconds:
        trial.ranks(name, [report.seconds[name] for report in reports])
    trial.note("rows_per_rank", [report.rows for report in reports])
    trial.note("threads_per_rank", [dict(report.threads) for report in reports])
    for name, value in reports[0].facts.items():
        trial.note(name, value)
    for name, number in reports[0].measures.items():
        trial.measure(name, number)
    if len({report.digest for report in reports}) > 1:
        raise RankError("The ranks ended with different models, so they did not train together.")
    return reports[0].model
