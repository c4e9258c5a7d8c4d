"""What a rank tells the driver at its end, and whether all ranks agree.

A rank is one of the processes that share a trial's work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.stores import traffic
from strategies.lib.ranks.errors import RankError

if TYPE_CHECKING:
    from bench import Trial
    from bench.stores.keys import Keys


@dataclass(frozen=True)
class RankReport:
    """What a rank tells the driver at its end.

    Attributes:
        seconds: Seconds of each of its laps, by name.
        digest: SHA-256 of its model.
        rows: Rows that it read.
        threads: Threads that each library is set to, as read back in the rank.
        facts: What else is true of all ranks, for the record's notes.
        model: The model, from rank 0 only.
    """

    seconds: Mapping[str, float]
    digest: str
    rows: int
    threads: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    model: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What a rank's function returned, and what it asked of an object store meanwhile.

    Attributes:
        value: What it returned.
        requests: Requests that it made.
        bytes: Bytes of objects that came.
    """

    value: Any
    requests: int
    bytes: int


def with_keys(held: Keys, function: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    """Call a rank's function where it runs, able to read the dataset; see `observe`.

    Args:
        held: The driver's keys.
        function: The function.
        arguments: Its arguments.
        named: More of them.
    """
    held.use()
    return observe(function, *arguments, **named)


def observe(function: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    """Call a rank's function where it runs, and count what it asks for."""
    traffic.own.taken()
    value = function(*arguments, **named)
    return Answer(value, *traffic.own.taken())


def count(answer: Answer) -> Any:
    """Return a rank's value on the driver, and add what it asked for to what this process did."""
    traffic.own.add(answer.requests, answer.bytes)
    return answer.value


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of a model's bytes."""
    return hashlib.sha256(b"".join(parts)).hexdigest()


def agree(trial: Trial, reports: Sequence[RankReport]) -> Any:
    """Leave for the record what the ranks report, make sure that they agree, and return their model.

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
    if len({report.digest for report in reports}) > 1:
        raise RankError("The ranks ended with different models, so they did not train together.")
    return reports[0].model
