"""Makes the record of a trial out of what was planned, what the worker said and what was observed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bench import scrub
from bench.problems.base import InvalidAnswerError
from bench.records.directory import SCHEMA, Record
from bench.request import Planned
from bench.trial import quality
from bench.trial.probe import MachineCounters, TreeProbe, resources
from bench.trial.timeline import Timeline, timeline

REASON_LIMIT = 1000


@dataclass(frozen=True)
class Outcome:
    """How a worker ended.

    Attributes:
        status: One of the statuses.
        reason: One sentence, unless ``ok``.
        phase: Where it was, unless ``ok``.
        predictions: Where the strategy left its predictions.
        peak_resident_bytes: Most memory that the worker itself held, if it lived to tell.
    """

    status: str
    reason: str | None = None
    phase: str | None = None
    predictions: str | None = None
    peak_resident_bytes: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What the parent observed of a trial.

    Attributes:
        events: The worker's events.
        before: The machine's counters at the spawn.
        after: The same when no process of the trial was left.
        ended: Moment at which the worker was gone, seconds of ``CLOCK_MONOTONIC``.
        probe: What followed its processes.
        processes_left: How many processes had to be killed after the worker's end.
    """

    events: list[dict[str, Any]]
    before: MachineCounters
    after: MachineCounters
    ended: float
    probe: TreeProbe
    processes_left: int


def make(
    planned: Planned, outcome: Outcome, evidence: Evidence, *, run: str, environment: str, log: str, started_at: str
) -> Record:
    """Return the record of a trial that was started; grades its predictions, off the clock.

    Args:
        planned: The trial, with the facts about its strategy.
        outcome: How its worker ended.
        evidence: What was observed.
        run: Name of the run.
        environment: Fingerprint of the environment.
        log: The log, relative to the run's directory.
        started_at: UTC, ISO 8601.
    """
    usage: dict[str, Any] = resources(evidence.before, evidence.after, evidence.probe, outcome.peak_resident_bytes or 0)
    times = timeline(evidence.events, planned.trial.task, evidence.before.wall, evidence.ended)
    outcome, grades = _graded(planned, outcome, times)
    work = _work(planned, times) if outcome.status == "ok" else {}
    notes = dict(times.notes)
    if executors := notes.get("executors"):
        # They are no processes of this machine: Spark has measured them.
        usage["peak_memory_bytes"] += sum(executor["peak_memory_bytes"] or 0 for executor in executors)
        usage["cpu_s"] = round(usage["cpu_s"] + notes.get("executors_cpu_s", 0.0), 3)
    if evidence.processes_left:
        notes["processes_left"] = evidence.processes_left
    result: Record = scrub.anything(
        {
            **_frame(planned, run, environment, started_at),
            "status": outcome.status,
            "reason": outcome.reason and scrub.text(outcome.reason)[:REASON_LIMIT],
            "phase": outcome.phase,
            "wall_s": round(evidence.ended - evidence.before.wall, 6),
            "phases": _rounded(times.phases),
            "inner": {name: [round(value, 6) for value in values] for name, values in times.inner.items()},
            "slowest": {name: round(max(values), 6) for name, values in times.inner.items() if values},
            **work,
            "quality": grades,
            "resources": usage,
            "notes": notes,
            "log": log,
        }
    )
    return result


def skipped(planned: Planned, reason: str, *, run: str, environment: str) -> Record:
    """Return the record of a trial that was not started, because something that it needs is missing.

    Args:
        planned: The trial, with the facts about its strategy.
        reason: One sentence that says what to install.
        run: Name of the run.
        environment: Fingerprint of the environment.
    """
    result: Record = scrub.anything({**_frame(planned, run, environment, now()), "status": "skipped", "reason": reason})
    return result


def now() -> str:
    """Return the moment in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _frame(planned: Planned, run: str, environment: str, started_at: str) -> Record:
    """Return every field of a record, those that the trial earns still empty."""
    usage = dict.fromkeys(("peak_memory_bytes", "cpu_s", "stall_share", "foreign_cpu_share"))
    return {
        "schema": SCHEMA,
        "run": run,
        "trial": describe(planned),
        "status": None,
        "reason": None,
        "phase": None,
        "wall_s": 0.0,
        "phases": {},
        "inner": {},
        "slowest": {},
        "time_to_model_s": None,
        "rows": None,
        "rows_per_s": None,
        "rows_per_s_warm": None,
        "quality": None,
        "resources": usage,
        "notes": {},
        "environment": environment,
        "log": None,
        "started_at": started_at,
    }


def describe(planned: Planned) -> dict[str, Any]:
    """Return what a record says of its trial: its settings, and of the dataset the name and fingerprint.

    Credentials are not in a record; they are in this until it becomes part of one.
    """
    fields = asdict(planned.trial)
    for unrecorded in ("scratch", "clock", "splits_to_score", "spark_conf", "spark_conf_file"):
        del fields[unrecorded]
    dataset = planned.trial.dataset
    return {
        **fields,
        "family": planned.strategy.family,
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "model": planned.reference.fingerprint if planned.reference else None,
    }


def _graded(planned: Planned, outcome: Outcome, times: Timeline) -> tuple[Outcome, dict[str, float] | None]:
    """Grade the predictions of a trial that went well so far; a wrong answer makes it ``invalid``."""
    if outcome.status != "ok" or planned.strategy.family == "control":
        return outcome, None
    trial = planned.trial
    try:
        if outcome.predictions is None:
            raise InvalidAnswerError("it returned no predictions, so nothing shows that it learned")
        if (scored := times.notes.get("rows_scored")) is not None:
            quality.check_budget(times.phases["predict"], trial.budget_s)
        grades = quality.grade(
            trial.dataset,
            trial.splits_to_score,
            Path(outcome.predictions),
            least=quality.floor(planned),
            reference=planned.reference.predictions if planned.reference else None,
            scored=scored,
        )
    except InvalidAnswerError as error:
        sentence = f"The answer is wrong: {error}."
        return Outcome("invalid", sentence, "predict"), error.grades
    return outcome, grades


def _work(planned: Planned, times: Timeline) -> dict[str, Any]:
    """Return what the task is measured by: time to a model, or throughput of scoring."""
    if planned.trial.task == "predict":
        return {} if planned.strategy.family == "control" else _scoring(planned, times)
    seconds = times.phases["train"]
    if planned.strategy.family == "control":
        return {"time_to_model_s": round(seconds, 6)}
    rows = planned.trial.dataset.train_rows - times.notes.get("rows_dropped_per_epoch", 0)
    return {"time_to_model_s": round(seconds, 6), "rows": rows, "rows_per_s": round(rows / seconds, 3)}


def _scoring(planned: Planned, times: Timeline) -> dict[str, Any]:
    """Return the rows that were scored and their rate, with and without loading the model and its first call.

    Ranks load at the same time, so that what it cost the trial is what it took the slowest. A strategy's own model is
    there already, and what it calls loading is something else.
    """
    rows, seconds = times.notes.get("rows_scored", planned.trial.dataset.rows), times.phases["predict"]
    result = {"rows": rows, "rows_per_s": round(rows / seconds, 3)}
    cold = [times.inner.get(name, []) for name in ("load", "compile")]
    slowest = max(map(sum, zip_longest(*cold, fillvalue=0.0)), default=0.0)
    if planned.reference and 0 < slowest < seconds:
        result["rows_per_s_warm"] = round(rows / (seconds - slowest), 3)
    return result


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
