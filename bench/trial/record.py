"""Makes the record of a trial out of its plan, the outcome of its worker and the evidence of its parent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench import scrub
from bench.records.directory import SCHEMA, Record
from bench.request import PlannedTrial
from bench.tasks import TASKS
from bench.trial import answer, gpus, stages
from bench.trial.measures import BOUNDS, RESERVED_NOTES, spell_out
from bench.trial.outcome import Evidence, Outcome
from bench.trial.pressures import by_phase
from bench.trial.timeline import Timeline, timeline
from bench.trial.usage import resources
from bench.trial.workers import THIS, WorkerEnvironment

REASON_LIMIT = 1000


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
    outcome, measures = answer.check_figures(planned, outcome, times, wall_s)
    outcome, grades = answer.grade(planned, outcome, times, measures)
    usage: dict[str, Any] = resources(evidence.before, evidence.after, evidence.probe, outcome.peak_resident_bytes or 0)
    usage |= gpus.figures(evidence.probe.gpus.samples, times.spans.get(task.measured))
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
            **(answer.work(planned, times, measures) if outcome.status == "ok" else {}),
            "quality": grades,
            "resources": usage,
            "machine": by_phase(evidence.probe.pressures, times.spans),
            "spark": stages.by_phase(times.stages, times.spans),
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
        "time_to_predictions_s": None,
        "rows": None,
        "rows_per_s": None,
        "rows_per_s_warm": None,
        "quality": None,
        "resources": usage,
        "machine": {},
        "spark": {},
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
    files = ("scratch", "initial", "save_to", "write_to", "shared", "spark_conf_file")
    for unrecorded in (*files, "clock", "splits_to_score", "spark_conf", "settings"):
        del fields[unrecorded]
    dataset, network = planned.trial.dataset, planned.trial.network
    return {
        **fields,
        **planned.trial.settings,
        "family": planned.strategy.family,
        "dataset": dataset.name,
        "problem": dataset.problem,
        "fingerprint": dataset.fingerprint,
        "model": planned.reference.fingerprint if planned.reference else None,
        "network": network and {name: getattr(network, name) for name in ("name", "fingerprint", "arguments")},
    }


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
