"""Scaling of cases by workers, and by rows where several datasets of one shape were measured; pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.findings.cases import Case, cost, samples
from bench.findings.crossover import Crossover, crossover
from bench.findings.groups import Group
from bench.findings.interval import Interval, of_median
from bench.findings.names import case_name
from bench.findings.ranking import disturbed_cases
from bench.problems import Metric

MOST_PAIRS = 400  # of strategies that are searched for a crossover


@dataclass(frozen=True)
class Scaling:
    """The gain of a case over the fewest workers of its strategy in the run.

    Attributes:
        speedup: Time with the fewest workers, divided by that of the case.
        efficiency: Speed-up for each core in use: 1 where more workers cost nothing. Since `--cores` is shared by all
            workers, more workers are not more cores.
    """

    speedup: float
    efficiency: float


def scaling(case: Case, summaries: Iterable[Case]) -> Scaling | None:
    """Return how a case scales, or None where nobody knows.

    Nobody does where its strategy ran with one number of workers or has no time, or where others disturbed the case
    with the fewest: against another one the figure would mean something else.

    Args:
        case: The case.
        summaries: All cases of the run.
    """
    alike = [
        other
        for other in summaries
        if (other.strategy, other.task, other.dataset, other.batch_size)
        == (case.strategy, case.task, case.dataset, case.batch_size)
    ]
    times = {other.workers: (seconds, other.cores_in_use) for other in alike if (seconds := cost(other))}
    if len(times) < 2 or case.workers not in times:
        return None
    fewest = min(times)
    if any(other.disturbed and other.workers < fewest for other in alike):
        return None
    fewest_s, fewest_cores = times[fewest]
    seconds, cores = times[case.workers]
    return Scaling(fewest_s / seconds, fewest_s * fewest_cores / (seconds * cores))


@dataclass(frozen=True)
class ScalingPoint:
    """A case among those of its strategy with other numbers of workers.

    Attributes:
        case: The case.
        speedup: Against the fewest workers.
        efficiency: Speed-up for each core in use.
        ideal: The speed-up if more cores in use were all that mattered.
        oversubscribed: Whether it had more workers than cores.
    """

    case: Case
    speedup: float
    efficiency: float
    ideal: float
    oversubscribed: bool


def by_workers(group: Group) -> list[ScalingPoint]:
    """Return the cases of the strategies that ran with several numbers of workers, by strategy and workers.

    Args:
        group: The group.
    """
    by_strategy: dict[str, list[Case]] = defaultdict(list)
    for case in group.contenders:
        by_strategy[case.strategy].append(case)
    found = []
    for _, cases in sorted(by_strategy.items()):
        for case in sorted(cases, key=lambda case: case.workers):
            if scales := scaling(case, cases):
                ideal = scales.speedup / scales.efficiency
                found.append(ScalingPoint(case, scales.speedup, scales.efficiency, ideal, case.workers > case.cores))
    return found


@dataclass(frozen=True)
class Curve:
    """A strategy on datasets of several sizes.

    Attributes:
        name: Of the case.
        family: Its family.
        points: Rows, seconds (the median of the repeats) and their interval, by rows.
        memory: Rows and peak memory in bytes, the median, by rows.
        grades: Rows and the first grade, the median, by rows.
    """

    name: str
    family: str
    points: tuple[tuple[int, float, Interval | None], ...]
    memory: tuple[tuple[int, float], ...] = ()
    grades: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class RowScaling:
    """The measurements of one machine on several datasets of one shape.

    Attributes:
        task: Name of the task.
        datasets: Their names, by rows.
        features: Number of features of each.
        curves: A curve for each case that ran on more than one.
        crossovers: The crossovers of pairs of strategies, those within the range first, by rows.
        metric: The first grade.
        disturbed: Whether others disturbed a case, so that none can be called the fastest.
    """

    task: str
    datasets: tuple[str, ...]
    features: int
    curves: tuple[Curve, ...]
    crossovers: tuple[Crossover, ...]
    metric: Metric
    disturbed: bool = False

    @property
    def fastest(self) -> tuple[str, str]:
        """The fastest on the fewest rows and the fastest on the most, of those that ran on them."""
        sizes = [rows for curve in self.curves for rows, _, _ in curve.points]
        return self._fastest(min(sizes)), self._fastest(max(sizes))

    def _fastest(self, size: int) -> str:
        seconds = {curve.name: took for curve in self.curves for rows, took, _ in curve.points if rows == size}
        return min(seconds, key=lambda name: seconds[name])


def by_rows(groups: Sequence[Group]) -> list[RowScaling]:
    """Return how times grow with rows, for each task and shape of dataset that has several sizes.

    Args:
        groups: All groups of one machine.
    """
    alike: dict[tuple[object, ...], dict[int, Group]] = defaultdict(dict)
    for group in groups:
        shape = (group.task, group.cores, group.dataset["label"], *group.dataset["features"])
        told = tuple(sorted((name, str(value)) for name, value in group.settings.items() if name != "model"))
        alike[shape, told].setdefault(group.rows, group)
    found = [_by_rows(sizes) for sizes in alike.values() if len(sizes) > 1]
    return [one for one in found if one.curves]


def _by_rows(sizes: dict[int, Group]) -> RowScaling:
    ordered = dict(sorted(sizes.items()))
    first = next(iter(ordered.values()))
    seconds: dict[str, dict[int, list[float]]] = defaultdict(dict)
    measured: dict[str, dict[int, Case]] = defaultdict(dict)
    for rows, group in ordered.items():
        for case in group.contenders:
            if cost(case):
                seconds[case_name(case)][rows] = [_seconds(case, rows, value) for value in samples(case)]
                measured[case_name(case)][rows] = case
    curves = [_curve(name, measured[name], by_size) for name, by_size in seconds.items() if len(by_size) > 1]
    return RowScaling(
        first.task,
        tuple(group.dataset["name"] for group in ordered.values()),
        len(first.dataset["features"]),
        tuple(curves),
        tuple(_crossovers({curve.name: seconds[curve.name] for curve in curves})),
        first.problem.metrics[0],
        any(disturbed_cases(group.contenders) for group in ordered.values()),
    )


def _seconds(case: Case, rows: int, value: float) -> float:
    """Return the seconds of a sample, scaled to the whole dataset."""
    return case.kind.scaled(value, rows)


def _curve(name: str, cases: dict[int, Case], by_size: dict[int, list[float]]) -> Curve:
    points = [(rows, statistics.median(values), of_median(values)) for rows, values in by_size.items()]
    peaks = [(rows, case.median("resources", "peak_memory_bytes")) for rows, case in cases.items()]
    memory = [(rows, peak) for rows, peak in peaks if peak]
    grades = [(rows, case.grade) for rows, case in cases.items() if case.grade is not None]
    return Curve(name, next(iter(cases.values())).family, tuple(points), tuple(memory), tuple(grades))


def _crossovers(seconds: dict[str, dict[int, list[float]]]) -> list[Crossover]:
    pairs = [(a, b) for a in seconds for b in seconds if a != b][:MOST_PAIRS]
    found = []
    for a, b in pairs:
        shared = {rows: (seconds[a][rows], seconds[b][rows]) for rows in seconds[a] if rows in seconds[b]}
        if at := crossover(a, b, shared):
            found.append(at)
    return sorted(found, key=lambda at: (at.rows is None, at.rows or 0.0, at.times_at_most or 0.0))
