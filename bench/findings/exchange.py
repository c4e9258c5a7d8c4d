"""Whether distributed training pays: the time of a step, and what ranks compute for each byte that they send; pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.families.mlp import BATCH_SIZE
from bench.findings.cases import Case
from bench.findings.groups import Group
from bench.records.directory import Record

PASSES = 3  # a backward pass computes the gradients of weights and of inputs, each as much as a forward pass
COMPUTE, EXCHANGE = "train", "allreduce"  # laps of ranks
APART = (BATCH_SIZE.name, "network")  # settings in which the groups of one picture differ


@dataclass(frozen=True)
class RankStep:
    """The time of a rank in a step.

    Attributes:
        compute_s: Seconds that it computes.
        exchange_s: Seconds that it waits for the others and exchanges gradients.
    """

    compute_s: float
    exchange_s: float


@dataclass(frozen=True)
class StepPoint:
    """The steps of a case, without the first ones, which compile.

    Attributes:
        case: The case.
        network: Name of the network that it was given, with its arguments; empty for the family's own.
        seconds: Seconds of a step, of the slowest rank.
        ranks: The parts of a step of each rank; empty where the exchange was not measured apart.
        intensity: Floating-point operations of a rank for each byte that it sends; None where it sends nothing, or
            nobody knows how much.
        speedup: Seconds of a step with one worker, divided by these; None without such a case.
        efficiency: Speed-up for each core in use: 1 where more workers cost nothing.
    """

    case: Case
    network: str
    seconds: float
    ranks: tuple[RankStep, ...]
    intensity: float | None
    speedup: float | None
    efficiency: float | None

    @property
    def placed(self) -> bool:
        """Whether it has a place in a picture of efficiency over intensity."""
        return self.intensity is not None and self.efficiency is not None


@dataclass(frozen=True)
class Payoff:
    """The steps of several numbers of workers on one dataset, for one or more networks and batch sizes.

    Attributes:
        group: One of its groups, for dataset and settings that all of them have.
        points: The cases, by network, strategy, workers and batch size; those of one worker too.
    """

    group: Group
    points: tuple[StepPoint, ...]

    @property
    def placed(self) -> list[StepPoint]:
        """The points of efficiency over intensity."""
        return [point for point in self.points if point.placed]

    @property
    def disturbed(self) -> bool:
        """Whether others disturbed one of its cases."""
        return any(point.case.disturbed for point in self.points)


def payoffs(groups: Sequence[Group]) -> list[Payoff]:
    """Return the steps of networks on each dataset, where some ran on one worker and on more.

    Args:
        groups: All groups of one machine.
    """
    alike: dict[tuple[object, ...], list[Group]] = defaultdict(list)
    for group in groups:
        told = tuple(sorted((name, str(value)) for name, value in group.settings.items() if name not in APART))
        alike[group.task, group.dataset["fingerprint"], group.cores, told].append(group)
    found = [Payoff(members[0], tuple(_points(members))) for members in alike.values()]
    return [one for one in found if one.placed]


def _points(groups: Sequence[Group]) -> list[StepPoint]:
    found = []
    for group in groups:
        timed = [case for case in group.contenders if case.counted and _step_s(case)]
        alone = {case.strategy: case for case in timed if case.workers == 1}
        found += [_point(case, alone.get(case.strategy)) for case in timed]
    return sorted(found, key=lambda at: (at.network, at.case.strategy, at.case.workers, at.case.batch_size))


def _point(case: Case, alone: Case | None) -> StepPoint:
    seconds, alone_s = _step_s(case) or 0.0, _step_s(alone) if alone else None
    ordered = sorted(case.counted, key=lambda record: _seconds(record) or 0.0)
    speedup = alone_s / seconds if alone_s else None
    return StepPoint(
        case,
        _network(case.counted[0]),
        seconds,
        _ranks(ordered[(len(ordered) - 1) // 2]),
        _intensity(case),
        speedup,
        speedup * alone.cores_in_use / case.cores_in_use if speedup and alone else None,
    )


def _step_s(case: Case) -> float | None:
    found = [seconds for record in case.counted if (seconds := _seconds(record))]
    return statistics.median(found) if found else None


def _seconds(record: Record) -> float | None:
    """Return the seconds of a step of the slowest rank; None where no steps were timed."""
    steps, laps = _steps(record), _laps(record)
    return max(map(sum, laps)) / steps if steps and laps else None


def _steps(record: Record) -> float:
    return float(record.get("measures", {}).get("steps_timed", 0))  # not there in records of schema 1


def _laps(record: Record) -> list[tuple[float, ...]]:
    """Return the seconds of each rank in its steps; those of the exchange apart where they are known."""
    inner = record["inner"]
    return list(zip(*(inner[name] for name in (COMPUTE, EXCHANGE) if name in inner), strict=False))


def _ranks(record: Record) -> tuple[RankStep, ...]:
    return tuple(RankStep(*(seconds / _steps(record) for seconds in laps)) for laps in _laps(record) if len(laps) > 1)


def _intensity(case: Case) -> float | None:
    """Return the operations of a rank for each byte that it sends around a ring."""
    flops, reduced = case.median("measures", "flops_per_row"), case.median("measures", "allreduce_bytes_per_step")
    if not flops or reduced is None or case.workers == 1:
        return None
    gathered = case.median("measures", "allgather_bytes_per_step") or 0.0
    sent = 2 * (case.workers - 1) / case.workers * reduced + (case.workers - 1) * gathered
    return PASSES * flops * case.batch_size / case.workers / sent if sent else None


def _network(record: Record) -> str:
    network = record["trial"].get("network")
    if not network:
        return ""
    arguments = ", ".join(f"{name}={value}" for name, value in sorted(network["arguments"].items()))
    return f"{network['name']}({arguments})" if arguments else str(network["name"])
