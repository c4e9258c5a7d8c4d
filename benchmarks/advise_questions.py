"""Asks what runs at several sizes know already: `uv run python -m benchmarks.advise_questions [--cpu] RUN...`.

The runs are of one table's samples at five sizes or more. Each size that has three smaller ones is asked for, out of
the sizes up to a half, a quarter, an eighth and a sixteenth of it; what was measured there is the truth. The table says
of each forecast whether its intervals held the truth, and of each recommendation whether it was the fastest.

On a machine that others use, times say nothing, and those of disturbed trials are left out. With ``--cpu`` the CPU
seconds of whole trials take their place, which others change less: a check of the forecasts, and none of a wall time.
"""

from __future__ import annotations

import argparse
import copy
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.advise.advice import SizeQuestion, advise
from bench.advise.contenders import contenders
from bench.advise.forecast import Forecast
from bench.advise.sources import task_share
from bench.advise.stated import ask_strategies
from bench.records.directory import Run
from bench.records.disturbance import LIMITS
from bench.records.reading import read
from bench.tasks import TASKS

REACHES = (2, 4, 8, 16)
NEAR = 1.05  # times: sizes that are not round
WRONG = 0.05  # longer than the fastest, as a share
LEAST_SIZES = 3


@dataclass(frozen=True)
class ForecastTest:
    """A forecast of a contender's time, and what came.

    Attributes:
        contender: Its name.
        forecast: The forecast; None where it was refused.
        refusal: Code of the refusal; empty where there is a forecast.
        measured: The seconds that came; None where nobody measured them undisturbed.
    """

    contender: str
    forecast: Forecast | None
    refusal: str
    measured: float | None

    @property
    def outcome(self) -> str:
        """How it went: inside an interval, outside both, the code of a refusal, or not measured."""
        if self.refusal or self.forecast is None:
            return self.refusal or "refused"
        if self.measured is None:
            return "not measured"
        time = self.forecast
        if time.low80 <= self.measured <= time.high80:
            return "inside 80 %"
        return "inside 95 %" if time.low95 <= self.measured <= time.high95 else "outside"

    @property
    def missed_by(self) -> float | None:
        """The error, as the share by which the larger of forecast and truth exceeds the smaller."""
        if self.forecast is None or self.measured is None:
            return None
        return math.expm1(abs(math.log(self.forecast.estimate / self.measured)))

    @property
    def told(self) -> str:
        """The comparison in a line."""
        if self.forecast is None or self.measured is None:
            return f"{self.contender}: {self.outcome}"
        time = self.forecast
        return (
            f"{self.contender}, {time.reach:.3g} times: {time.estimate:.3g} s (80 %: {time.low80:.3g} to "
            f"{time.high80:.3g}, 95 %: {time.low95:.3g} to {time.high95:.3g}), measured {self.measured:.3g} s, "
            f"missed by {self.missed_by:.0%}: {self.outcome}"
        )


@dataclass(frozen=True)
class AdviceTest:
    """An answer, and what came.

    Attributes:
        asked: The size, in rows that the task works on.
        tests: Of each contender.
        verdict: ``sure``, ``likely``, ``tie`` or ``refused``.
        best: Who was recommended; empty where nobody was, or where nobody measured it.
        wrong: Whether the recommended took longer than the fastest by more than `WRONG`.
    """

    asked: int
    tests: tuple[ForecastTest, ...]
    verdict: str
    best: str
    wrong: bool


def put(known: Sequence[Run], runs: Sequence[Run]) -> AdviceTest:
    """Ask for the size of some runs out of smaller ones, whatever the grade, and compare.

    Args:
        known: The runs at smaller sizes.
        runs: The runs at the size that is asked for.
    """
    task = TASKS[runs[0].run["request"]["task"]]
    asked = task.rows_described(runs[0].run["dataset"])
    largest = max(known, key=lambda run: int(run.run["dataset"]["rows"]))
    metric = task.graded_by(largest.run["dataset"]).metrics[0]
    any_grade = min(metric.range, key=lambda grade: metric.better * grade)  # forecasts of time are asked for
    stated = ask_strategies(record["trial"]["strategy"] for run in known for record in run.records)
    advice = advise(known, SizeQuestion(asked / task_share(largest, task), quality=any_grade), stated)
    truth = {each.name: each.largest.point.value for each in contenders(runs, task.name) if each.largest.point}
    tests = tuple(
        ForecastTest(name, each.time, each.refusal.code if each.refusal else "", truth.get(name))
        for each in advice.field.prospects
        for name in [each.contender.name]
    )
    decision = advice.field.decision
    if decision is None or decision.verdict == "tie" or decision.best not in truth:
        return AdviceTest(asked, tests, decision.verdict if decision else "refused", "", wrong=False)
    wrong = truth[decision.best] > (1 + WRONG) * min(truth.values())
    return AdviceTest(asked, tests, decision.verdict, decision.best, wrong)


def main(paths: Sequence[Path], cpu: bool) -> None:
    """Print each question, and how many forecasts held.

    Args:
        paths: Directories of runs.
        cpu: Whether CPU seconds take the place of times.
    """
    runs = read(paths, Path("results"))
    runs = [in_cpu_seconds(run) for run in runs] if cpu else runs
    task = TASKS[runs[0].run["request"]["task"]]
    by_size: dict[int, list[Run]] = {}
    for run in runs:
        by_size.setdefault(task.rows_described(run.run["dataset"]), []).append(run)
    total: Counter[str] = Counter()
    for asked in sorted(by_size):
        for reach in REACHES:
            sizes = [size for size in by_size if size * reach <= asked * NEAR]
            if len(sizes) < LEAST_SIZES or asked > max(sizes) * reach * NEAR:
                continue
            found = put([run for size in sizes for run in by_size[size]], by_size[asked])
            for each in found.tests:
                print(f"{asked:,} rows, {each.told}")
                total[each.outcome] += 1
            print(f"{asked:,} rows: {found.verdict} {found.best}{', wrong' if found.wrong else ''}")
            total[f"{found.verdict}{', wrong' if found.wrong else ''}"] += 1
    print(", ".join(f"{name}: {count}" for name, count in total.items()))


def in_cpu_seconds(run: Run) -> Run:
    """Return a run whose times are the CPU seconds of whole trials, and which nobody disturbed."""
    task = TASKS[run.run["request"]["task"]]
    records = copy.deepcopy(run.records)
    for record in records:
        seconds = record["resources"].get("cpu_s")
        if record["status"] == "ok" and seconds and task.seconds(record) is not None:
            record["phases"][task.measured] = record["time_to_model_s"] = seconds
            if record["rows"]:
                record["rows_per_s"] = record["rows"] / seconds
            record["inner"] = {}
        for limited in LIMITS:
            record["resources"].pop(limited, None)
        record.pop("machine", None)
    return replace(run, records=records)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--cpu", action="store_true")
    given = parser.parse_args()
    main(given.runs, given.cpu)
