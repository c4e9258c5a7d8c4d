"""Spark against one machine: what pipelines cost by the engine that makes their features; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.findings.cases import Case, samples
from bench.findings.crossover import Crossover, crossover
from bench.findings.groups import Group
from bench.findings.names import case_name

STAGES = ("etl", "handoff", "train", "predict")


@dataclass(frozen=True)
class EngineCost:
    """The cheapest pipeline of one kind of engine at one size, in one family.

    Attributes:
        rows: Rows of the feature table.
        family: What is learned.
        name: Name of the case.
        one_machine: Whether its engine runs in one process; else it is Spark.
        seconds: Median wall time from raw tables to predictions.
        model_s: Median wall time from raw tables to a model.
        start_up_s: Median time of start and set-up before it.
        stages_s: Median times of the stages of a pipeline, by name.
        disturbed: Whether others disturbed every trial of it, so that its times are too long.
        cpu_s: Median CPU seconds of the whole trial.
        memory_bytes: Median of its peak memory.
    """

    rows: int
    family: str
    name: str
    one_machine: bool
    seconds: float | None
    model_s: float | None
    start_up_s: float | None
    stages_s: Mapping[str, float | None]
    disturbed: bool
    cpu_s: float | None
    memory_bytes: float | None


@dataclass(frozen=True)
class EngineComparison:
    """Spark against one machine, on all datasets that were measured.

    Attributes:
        costs: The pipeline of each kind of engine, family and size that takes the least CPU, by rows.
        machine_bytes: The machine's memory; None where it is unknown.
        crossovers: For each family with several sizes, from how many rows on Spark is faster; None where it is on the
            fewest already.
        rows: The sizes.
    """

    costs: tuple[EngineCost, ...]
    machine_bytes: float | None
    crossovers: tuple[tuple[str, Crossover | None], ...]
    rows: tuple[int, ...]


def by_engine(groups: Sequence[Group], machine_bytes: float | None) -> EngineComparison | None:
    """Compare pipelines on Spark with those on one machine; None where not both ran.

    Args:
        groups: The groups of one machine.
        machine_bytes: Its memory.
    """
    found: dict[tuple[int, str, bool], list[Case]] = defaultdict(list)
    for group in groups:
        for case in group.contenders:
            kinds = [record["notes"].get("one_machine") for record in case.ok]
            if kinds and kinds[0] is not None:
                found[group.rows, case.family, bool(kinds[0])].append(case)
    if {kind for _, _, kind in found} != {True, False}:
        return None
    best = {key: min(cases, key=_cpu) for key, cases in found.items()}
    return EngineComparison(
        costs=tuple(_cost(key, best[key]) for key in sorted(best)),
        machine_bytes=machine_bytes,
        crossovers=tuple(_crossovers(found)),
        rows=tuple(sorted({rows for rows, _, _ in found})),
    )


def _cpu(case: Case) -> float:
    found = case.median("resources", "cpu_s")
    return float("inf") if found is None else found


def _cost(key: tuple[int, str, bool], case: Case) -> EngineCost:
    rows, family, one_machine = key
    before = [case.median("phases", name) for name in ("start", "setup")]
    return EngineCost(
        rows=rows,
        family=family,
        name=case_name(case),
        one_machine=one_machine,
        seconds=case.median("phases", case.kind.measured),
        model_s=case.median("time_to_model_s"),
        start_up_s=sum(value or 0.0 for value in before),
        stages_s={name: case.median("slowest", name) for name in STAGES},
        disturbed=not samples(case),
        cpu_s=case.median("resources", "cpu_s"),
        memory_bytes=case.median("resources", "peak_memory_bytes"),
    )


def _crossovers(found: dict[tuple[int, str, bool], list[Case]]) -> Iterable[tuple[str, Crossover | None]]:
    for family in sorted({family for _, family, _ in found}):
        seconds = {}
        for rows in sorted({rows for rows, _, _ in found}):
            sides = [_fastest(found.get((rows, family, one_machine), [])) for one_machine in (True, False)]
            if all(sides):
                seconds[rows] = (sides[0], sides[1])
        if len(seconds) > 1:
            yield family, crossover("one machine", "Spark", seconds)


def _fastest(cases: Sequence[Case]) -> list[float]:
    """Return the undisturbed seconds of the case that is the fastest by its median."""
    known = sorted((sum(values) / len(values), values) for case in cases if (values := samples(case)))
    return known[0][1] if known else []
