"""Finds the phase of a case that takes longer, or less, than before."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bench.gate.measuring.measurements import Pair
from bench.records.directory import Record
from bench.records.disturbance import disturbed
from bench.stats.ranksum import Ratio, ratio
from bench.tasks import TASKS

LEAST_S = 0.05  # a smaller change of a phase that is not judged gets no sentence


@dataclass(frozen=True)
class PhaseChange:
    """The change of a phase.

    Attributes:
        name: Its name; an inner one as ``train/load``.
        baseline_s: Median seconds.
        candidate_s: The same for the candidate.
        ratio: Candidate over baseline; None where the phase takes no time.
    """

    name: str
    baseline_s: float
    candidate_s: float
    ratio: Ratio | None

    @property
    def change_s(self) -> float:
        """Seconds of the candidate less those of the baseline."""
        return self.candidate_s - self.baseline_s


def changes(pairs: list[Pair]) -> list[PhaseChange]:
    """Return the change of every phase, in the order of a trial, the inner ones last.

    Args:
        pairs: The pairs that decide. Of a phase that is not judged those trials count that others did not disturb in
            it; where an arm has none, its change has no ratio.
    """
    baseline, candidate = [pair.baseline for pair in pairs], [pair.candidate for pair in pairs]
    outer = dict.fromkeys(name for record in (*baseline, *candidate) for name in record["phases"])
    inner = dict.fromkeys(name for record in (*baseline, *candidate) for name in _inner(record))
    measured = TASKS[baseline[0]["trial"]["task"]].measured if baseline else ""
    found = [
        _change(name, _values(baseline, name), _values(candidate, name))
        if name == measured
        else _beside(name, baseline, candidate)
        for name in outer
    ]
    return found + [
        _change(
            f"{measured}/{name}",
            [_inner(r).get(name, 0.0) for r in baseline],
            [_inner(r).get(name, 0.0) for r in candidate],
        )
        for name in inner
    ]


def _beside(name: str, *arms: list[Record]) -> PhaseChange:
    """Return the change of a phase that is not judged."""
    quiet = [[record for record in records if not disturbed(record, name)] for records in arms]
    if all(quiet):
        return _change(name, *(_values(records, name) for records in quiet))
    return replace(_change(name, *(_values(records, name) for records in arms)), ratio=None)


def culprit(found: Iterable[PhaseChange], measured: str, *, slower: bool) -> PhaseChange | None:
    """Return the judged phase that changed most; None where none changed that way.

    Args:
        found: Out of `changes`.
        measured: The hook that the case's task measures.
        slower: Whether to look for a phase that takes longer, or for one that takes less time.
    """
    sign = 1 if slower else -1
    judged = [change for change in found if change.name.startswith(f"{measured}/")]
    judged = judged or [change for change in found if change.name == measured]
    most = max(judged, key=lambda change: sign * change.change_s, default=None)
    return most if most and sign * most.change_s > 0 else None


def noteworthy(found: Iterable[PhaseChange], measured: str, threshold: float) -> list[PhaseChange]:
    """Return the phases, other than the judged one, that are surely slower by more than the threshold.

    Args:
        found: Out of `changes`.
        measured: The hook that the case's task measures.
        threshold: The threshold, as a share.
    """
    return [
        change
        for change in found
        if change.name.partition("/")[0] != measured
        and change.ratio is not None
        and change.ratio.low is not None
        and change.ratio.low > 1 + threshold
        and change.change_s > LEAST_S
    ]


def _inner(record: Record) -> dict[str, float]:
    """Return the slowest rank's seconds in each inner phase of the measured hook, and the rest of it as ``rest``."""
    named = {name: seconds for name, seconds in record["slowest"].items() if "." not in name}
    if not named:
        return {}
    rest = (TASKS[record["trial"]["task"]].duration_s(record) or 0.0) - sum(named.values())
    return {**named, "rest": max(0.0, rest)}


def _values(records: list[Record], name: str) -> list[float]:
    return [record["phases"].get(name, 0.0) for record in records]


def _change(name: str, a: list[float], b: list[float]) -> PhaseChange:
    positive = all(value > 0 for value in (*a, *b))
    return PhaseChange(name, statistics.median(a), statistics.median(b), ratio(a, b) if positive else None)
