"""Compares forecasts with what came, and keeps the score: the share of them that their intervals held."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from bench.advise import calibration
from bench.advise.calibration import Calibration
from bench.advise.contenders import Contender, contenders
from bench.advise.sources import table_rows, unlikeness
from bench.errors import ResultsError, UsageError
from bench.parsing import json_value
from bench.records.directory import Run, RunDirectory
from bench.tasks import TASKS
from bench.writing import figures

FILE = "scores.jsonl"  # in the directory that holds runs
SAME_ROWS = 0.01  # share by which a table may differ from the one asked about
KINDS = {"time_s": "seconds", "memory_bytes": "bytes", "grade": "grade"}


@dataclass(frozen=True)
class ForecastScore:
    """A forecast, and what came.

    Attributes:
        contender: Its name.
        kind: One of `KINDS`.
        rows: Rows of the table.
        run: Name of the run that measured it.
        calibration: Version of the calibration that its intervals came from.
        reach: Rows asked for over the largest measured; None of a grade.
        own_error: The contender's own held-out error, in logarithms; None where it had none, and of a grade.
        estimate: What was expected.
        low80: The lower, or worse, end of the interval that was to hold it in 80 of 100 cases.
        high80: The other end.
        low95: The same of 95 cases.
        high95: The other end.
        measured: What came.
    """

    contender: str
    kind: str
    rows: int
    run: str
    calibration: str
    reach: float | None
    own_error: float | None
    estimate: float
    low80: float
    high80: float
    low95: float
    high95: float
    measured: float

    @property
    def inside80(self) -> bool:
        """Whether the narrow interval held it."""
        return min(self.low80, self.high80) <= self.measured <= max(self.low80, self.high80)

    @property
    def inside95(self) -> bool:
        """Whether the wide interval held it."""
        return min(self.low95, self.high95) <= self.measured <= max(self.low95, self.high95)

    @property
    def told(self) -> str:
        """The comparison in a sentence."""
        verdict = "inside 80 %" if self.inside80 else "inside 95 % only" if self.inside95 else "outside both"
        show = {"time_s": figures.seconds, "memory_bytes": figures.size}.get(self.kind, figures.digits)
        expected = f"forecast {show(self.estimate)} (80 %: {show(self.low80)} to {show(self.high80)})"
        error = f", {100 * (self.measured / self.estimate - 1):+.0f} %" if self.kind != "grade" else ""
        return f"{self.contender}, {KINDS[self.kind]}: {expected}, measured {show(self.measured)}{error}: {verdict}."


def score(document: Mapping[str, Any], run: Run) -> list[ForecastScore]:
    """Return the forecasts of an answer that a run put to the test, by contender.

    Args:
        document: The answer, out of `bench.advise.document.as_document`.
        run: What was measured.

    Raises:
        UsageError: The run is not of the table, the machine or the settings that were asked about.
    """
    question, name = document["question"], run.directory.name
    rows = table_rows(run, TASKS[question["task"]])
    if abs(math.log(rows / question["rows"])) > SAME_ROWS:
        raise UsageError(
            f"{name} has {rows:,} rows, and the forecasts are of {question['rows']:,}: give a run of that many."
        )
    basis = {
        "environment": question["environment"],
        "request": question["request"],
        "dataset": question["table"],
        "plan": [{"network": {"fingerprint": network}}] if (network := question["network"]) else [],
    }
    asked = Run(RunDirectory(Path("the answer")), basis, [], [])
    if fact := unlikeness([asked, run], None, but=("dataset", "model")):
        raise UsageError(f"The forecasts are not of what {name} measured, since {fact}: give a run that is alike.")
    said = {each["name"]: each for each in document["contenders"] if each["status"] == "forecast"}
    found = []
    for contender in contenders([run], question["task"]):
        if contender.name in said:
            found += _of(said[contender.name], contender, rows, name, document["calibration"]["version"])
    if not found:
        raise UsageError(f"{name} has no undisturbed trial of a strategy that has a forecast: measure it again.")
    return found


def _of(said: Mapping[str, Any], contender: Contender, rows: int, run: str, version: str) -> list[ForecastScore]:
    rung = contender.largest
    memory = rung.memory_on(said.get("memory_host") or "driver")
    measured = {
        "time_s": rung.point.value if rung.point else None,
        "memory_bytes": memory.value if memory else None,
        "grade": rung.case.grade,
    }
    return [
        ForecastScore(
            contender.name,
            kind,
            rows,
            run,
            version,
            said[kind].get("reach"),
            said[kind].get("own_error"),
            **{end: said[kind][end] for end in ENDS},
            measured=value,
        )
        for kind, value in measured.items()
        if value is not None and said[kind] is not None
    ]


ENDS = ("estimate", "low80", "high80", "low95", "high95")
NUMBERS = (*ENDS, "measured", "rows")


def keep(results: Path, found: Sequence[ForecastScore]) -> int:
    """Add scores to the file, each once; return how many are new.

    Args:
        results: Directory that holds runs.
        found: The scores.

    Raises:
        ResultsError: The file cannot be read or written.
    """
    before = read(results)
    new = [each for each in found if each not in before]
    try:
        with (results / FILE).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(each), allow_nan=False) + "\n" for each in new)
    except OSError as error:
        raise ResultsError(f"Cannot write {results / FILE}: {error.strerror}: choose another --results.") from error
    return len(new)


def read(results: Path) -> list[ForecastScore]:
    """Return the scores that were kept; none where there is no file.

    Args:
        results: Directory that holds runs.

    Raises:
        ResultsError: The file is damaged.
    """
    path = results / FILE
    if not path.is_file():
        return []
    names = {each.name for each in fields(ForecastScore)}
    found = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            values = json_value(line)
            numbers = all(isinstance(values[name], int | float) for name in NUMBERS)
            numbers = numbers and (values["kind"] == "grade" or values["estimate"] > 0)
            if values.keys() != names or values["kind"] not in KINDS or not numbers:
                raise ValueError(line)
            found.append(ForecastScore(**values))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ResultsError(f"{path} is damaged: mend its line, or take the file away.") from error
    return found


def own_calibration(kept: Sequence[ForecastScore]) -> Calibration:
    """Return the calibration of the package, with the size that forecasts of time need that were scored here.

    Memory keeps the package's: an interval that is too narrow would cost a job.

    Args:
        kept: The scores.
    """
    table = calibration.load()
    times = [each for each in kept if each.kind == "time_s" and each.reach]

    def missed(each: ForecastScore, level: float) -> float:
        width = table.half_width(level, each.reach or 1.0, each.own_error)
        return abs(math.log(each.measured / each.estimate)) / width

    return table.by_own({level: [missed(each, level) for each in times] for level in calibration.LEVELS})


def told(kept: Sequence[ForecastScore]) -> str:
    """Return how forecasts did so far, in a sentence; nothing where none was scored.

    Args:
        kept: The scores.
    """
    if not kept:
        return ""
    narrow, wide = (sum(getattr(each, name) for each in kept) for name in ("inside80", "inside95"))
    return (
        f"Of {len(kept)} forecasts that were scored here, {narrow} were inside their 80 % interval, {wide} inside 95 %."
    )
