"""Makes the record of a trial out of its plan, the outcome of its worker and the evidence of its parent."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import scrub
from bench.families import family_of
from bench.problems import InvalidAnswerError
from bench.records.directory import SCHEMA, Record
from bench.request import PlannedTrial
from bench.tasks import TASKS
from bench.tasks.base import Observation
from bench.trial import quality
from bench.trial.counters import by_phase
from bench.trial.measures import BOUNDS, RESERVED_NOTES, check_measures, check_ranks, spell_out
from bench.trial.outcome import Evidence, Outcome
from bench.trial.probe import resources
from bench.trial.timeline import Timeline, timeline
from bench.trial.workers import THIS, WorkerEnvironment

REASON_LIMIT = 1000
PREDICT = "predict"  # the phase of the answer


def make(
    planned: PlannedTrial,
    outcome: Outcome,
    evidence: Evidence,
    *,
    run: str,
    environment: str,
    log: str,
    started_at: str,
    worker: WorkerEnvironment = THIS,
) -> Record:
    """Return the record of a trial that was started; grades its predictions, off the clock.

    Args:
        planned: The trial, with the facts about its strategy.
        outcome: The end of its worker.
        evidence: The observations.
        run: Name of the run.
        environment: Fingerprint of the environment.
        log: The log, relative to the run's directory.
        started_at: UTC, ISO 8601.
        worker: The environment that ran it. One of another revision may leave numbers for figures as notes, and may
            leave some that this bench does not know, which are left out.
    """
    task, wall_s = TASKS[planned.trial.task], evidence.ended - evidence.before.wall
    times = timeline(evidence.events, task.measured, evidence.before.wall, evidence.ended)
    if worker.measures_are_notes:
        take_measures_out_of_notes(times)
    if not worker.is_this:
        times.measures = {name: value for name, value in times.measures.items() if name in BOUNDS}
    outcome, measures = _check(planned, outcome, times, wall_s)
    outcome, grades = _grade(planned, outcome, times, measures)
    usage: dict[str, Any] = resources(evidence.before, evidence.after, evidence.probe, outcome.peak_resident_bytes or 0)
    # The probe cannot see executors on other machines; Spark has measured them.
    usage["peak_memory_bytes"] += int(measures.get("executors_memory_bytes", 0))
    usage["cpu_s"] = round(usage["cpu_s"] + measures.get("executors_cpu_s", 0.0), 3)
    notes = {name: spell_out(value) for name, value in times.notes.items() if name not in RESERVED_NOTES}
    if evidence.processes_left:
        notes["processes_left"] = evidence.processes_left
    result: Record = scrub.anything(
        {
            **_frame(planned, run, environment, started_at),
            "status": outcome.status,
            "reason": outcome.reason and scrub.text(outcome.reason)[:REASON_LIMIT],
            "phase": outcome.phase,
            "wall_s": round(wall_s, 6),
            "phases": _rounded(times.phases),
            "inner": {name: [round(value, 6) for value in values] for name, values in times.inner.items()},
            "slowest": {name: round(max(values), 6) for name, values in times.inner.items() if values},
            **(_work(planned, times, measures) if outcome.status == "ok" else {}),
            "quality": grades,
            "resources": usage,
            "machine": by_phase(evidence.probe.pressures, times.spans),
            "measures": measures,
            "notes": notes,
            "log": log,
        }
    )
    return result


def take_measures_out_of_notes(times: Timeline) -> None:
    """Take numbers for figures out of the notes, where benches before 0.2 left them.

    Args:
        times: The worker's timeline, which is changed.
    """
    noted = times.notes.get("executors")
    executors = [one for one in noted if isinstance(one, dict)] if isinstance(noted, list) else []
    peaks = [one.get("peak_memory_bytes") for one in executors]
    if memory := sum(peak for peak in peaks if isinstance(peak, int | float)):
        times.measures["executors_memory_bytes"] = memory
    times.measures |= {name: times.notes.pop(name) for name in BOUNDS if name in times.notes}


def make_skipped(planned: PlannedTrial, reason: str, *, run: str, environment: str) -> Record:
    """Return the record of a trial that was not started, because a package that it needs is missing.

    Args:
        planned: The trial, with the facts about its strategy.
        reason: One sentence that names the package to install.
        run: Name of the run.
        environment: Fingerprint of the environment.
    """
    result: Record = scrub.anything({**_frame(planned, run, environment, now()), "status": "skipped", "reason": reason})
    return result


def now() -> str:
    """Return the moment in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _frame(planned: PlannedTrial, run: str, environment: str, started_at: str) -> Record:
    """Return every field of a record; the fields of results are empty."""
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
        "machine": {},
        "measures": {},
        "notes": {},
        "environment": environment,
        "log": None,
        "started_at": started_at,
    }


def describe(planned: PlannedTrial) -> dict[str, Any]:
    """Return the part of a record that describes its trial: its settings, and the name and fingerprint of its dataset.

    It may hold credentials: the caller removes them before it writes.
    """
    fields = asdict(planned.trial)
    for unrecorded in ("scratch", "clock", "splits_to_score", "spark_conf", "spark_conf_file", "settings"):
        del fields[unrecorded]
    dataset = planned.trial.dataset
    return {
        **fields,
        **planned.trial.settings,
        "family": planned.strategy.family,
        "dataset": dataset.name,
        "problem": dataset.problem,
        "fingerprint": dataset.fingerprint,
        "model": planned.reference.fingerprint if planned.reference else None,
    }


def _check(planned: PlannedTrial, outcome: Outcome, times: Timeline, wall_s: float) -> tuple[Outcome, dict[str, float]]:
    """Return the numbers that the strategy left; an impossible one turns an ``ok`` trial ``invalid``.

    Impossible seconds of ranks are taken out of the timeline, so that no record holds them.
    """
    inner, times.inner = times.inner, {}
    try:
        check_ranks(inner, wall_s)
        times.inner = inner
        return outcome, check_measures(times.measures, planned.trial, wall_s)
    except InvalidAnswerError as error:
        if outcome.status != "ok":
            return outcome, {}
        return replace(outcome, status="invalid", reason=f"A figure is wrong: {error}.", phase=times.last), {}


def _grade(
    planned: PlannedTrial, outcome: Outcome, times: Timeline, measures: dict[str, float]
) -> tuple[Outcome, dict[str, float] | None]:
    """Grade the predictions of a trial that is ``ok`` so far; a wrong answer makes it ``invalid``."""
    if outcome.status != "ok" or not family_of(planned.strategy.family).works:
        return outcome, None
    try:
        if outcome.predictions is None:
            raise InvalidAnswerError("it returned no predictions, so nothing shows that it learned")
        scored = measures.get("rows_scored")
        if scored is not None:
            if not TASKS[planned.trial.task].row_budget:
                raise InvalidAnswerError(f"it left rows out, and the task {planned.trial.task} gives no time to do so")
            quality.check_budget(times.phases[PREDICT], planned.trial.budget_s)
        grades = quality.grade(
            planned.trial.dataset,
            planned.trial.splits_to_score,
            Path(outcome.predictions),
            least=quality.floor(planned),
            beats_chance=quality.beats_chance(planned),
            reference=planned.reference.predictions if planned.reference else None,
            scored=None if scored is None else int(scored),
        )
    except InvalidAnswerError as error:
        wrong = replace(outcome, status="invalid", reason=f"The answer is wrong: {error}.", phase=PREDICT)
        return wrong, error.grades
    return outcome, grades


def _work(planned: PlannedTrial, times: Timeline, measures: dict[str, float]) -> dict[str, Any]:
    """Return the figures by which the task is measured."""
    task = TASKS[planned.trial.task]
    if not family_of(planned.strategy.family).works:
        return task.idle_work(times.phases)
    given = planned.reference is not None
    return task.work(Observation(planned.trial.dataset, times.phases, times.inner, measures, given))


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
