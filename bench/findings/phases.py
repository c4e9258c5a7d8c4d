"""Divides the time of a case into stretches that sum to the wall time of one of its trials; pure.

Medians of phases do not sum to anything, so the trial is shown whose wall time is the (lower) median.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.findings.cases import Case
from bench.records.costs import COST
from bench.records.directory import Record
from bench.records.disturbance import MEASURED, WHOLE, disturbed
from bench.tasks import TASKS

# The order in which they happen, and in which they are stacked.
ORDER = (
    *("start", "setup", "etl", "collect", "convert", "handoff", "first_pass", "second_pass"),
    *("launch", "import", "rendezvous", "load", "compile", "train", "predict", "write", "teardown"),
)
OTHER = "other"
UNNAMED = 0.001  # of a hook: so little time between its inner phases has no name of its own
SLACK_S = 0.005  # clocks of two processes: inner phases may exceed their hook by so much and are then cut


@dataclass(frozen=True)
class PhaseStack:
    """A trial's time.

    Attributes:
        case: The case that the trial stands for.
        repeat: The trial's number.
        wall_s: Its wall time.
        seconds: Seconds of each stretch, in order; they sum to ``wall_s``.
        disturbed: Names of the phases that others disturbed, the stretches of the measured hook among them.
        spark: What Spark said of its stages in the measured hook; empty where there is none.
        cost: What it cost, as `bench.records.costs.cost` has it; empty where no price was given.
    """

    case: Case
    repeat: int
    wall_s: float
    seconds: dict[str, float]
    disturbed: frozenset[str]
    spark: Mapping[str, float]
    cost: Mapping[str, Any]


def stacks(cases: Iterable[Case]) -> list[PhaseStack]:
    """Return the time of each case that has an ``ok`` trial, in the order of the cases.

    Args:
        cases: The cases.
    """
    return [_stack(case) for case in cases if case.counted]


def _stack(case: Case) -> PhaseStack:
    quiet = case.undisturbed_in(MEASURED, WHOLE)  # one that is quiet from end to end, if there is one
    ordered = sorted(quiet or case.counted, key=lambda record: record["wall_s"])
    record = ordered[(len(ordered) - 1) // 2]
    seconds = stretches(record)
    spark = record.get("spark", {}).get(TASKS[record["trial"]["task"]].measured, {})
    spoilt = {name for name in seconds if disturbed(record, name if name in record["phases"] else MEASURED)}
    return PhaseStack(
        case, record["trial"]["repeat"], record["wall_s"], seconds, frozenset(spoilt), spark, record.get(COST, {})
    )


def stretches(record: Record) -> dict[str, float]:
    """Return the phases of a trial, with the ranks' inner phases carved out of the measured hook.

    Ranks work at the same time. The one that was busy longest decides how the hook's time is divided; the rest keeps
    the hook's name.

    Args:
        record: The record; its phases sum to its wall time, and so do the stretches.
    """
    phases = dict(record["phases"])
    hook = TASKS[record["trial"]["task"]].measured
    inner = {
        name: values
        for name, values in record["inner"].items()
        if "." not in name and name != hook and values and name not in phases
    }
    busiest = _busiest(inner)
    whole = phases.get(hook, 0.0)
    other = phases.pop(OTHER, 0.0)
    if 0 < sum(busiest.values()) <= whole + SLACK_S:
        phases |= busiest
        phases[hook] = max(0.0, whole - sum(busiest.values()))
        if phases[hook] <= max(SLACK_S, whole * UNNAMED):  # it is nothing but its inner phases
            other += phases.pop(hook)
    named = [name for name in ORDER if name in phases]
    named += sorted(phases.keys() - set(named))
    return {**{name: phases[name] for name in named}, OTHER: other}


def _busiest(inner: dict[str, list[float]]) -> dict[str, float]:
    ranks = max((len(values) for values in inner.values()), default=0)
    whole = {name: values for name, values in inner.items() if len(values) == ranks}
    sums = [sum(values[rank] for values in whole.values()) for rank in range(ranks)]
    if not sums:
        return {}
    rank = sums.index(max(sums))
    return {name: values[rank] for name, values in whole.items()}
