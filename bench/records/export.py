"""Exports that lose nothing: JSON and Parquet, which `bench report` reads back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from bench import scrub
from bench.problems import metrics_of, problem_of
from bench.records.costs import COST
from bench.records.directory import Record, Run
from bench.records.disturbance import disturbances
from bench.records.reading import DISTURBED, FORMAT, VERSION
from bench.tasks import TASKS, grading_of

FIGURES = ("wall_s", "time_to_model_s", "time_to_predictions_s", "rows", "rows_per_s", "rows_per_s_warm")
TRIAL = ("strategy", "family", "task", "dataset", "workers", "cores", "threads_per_worker", "repeat", "seed")
USAGE = ("peak_memory_bytes", "cpu_s", "stall_share", "foreign_cpu_share", "steal_share")
ENERGY = ("energy_j", "gpu_energy_j")  # only where a machine tells
PAID = ("cost", "cost_measured", "currency")
PHASE, PAID_PHASE = "phase_", "cost_"  # before the name of a phase: its seconds, and what they cost
INTEGERS = {"workers", "cores", "threads_per_worker", "repeat", "seed", "rows", "peak_memory_bytes"}


def as_json(runs: Sequence[Run]) -> str:
    """Return runs with their records as JSON text.

    Args:
        runs: The runs.
    """
    exported = [{**_header(run), "records": [marked(record) for record in scrub.anything(run.records)]} for run in runs]
    return json.dumps({"format": FORMAT, "version": VERSION, "runs": exported}, indent=1, allow_nan=False) + "\n"


def marked(record: Record) -> Record:
    """Return a record with `DISTURBED`, for those who read JSON; it is no part of what is kept, which is counters."""
    return {**record, DISTURBED: told(record)}


def told(record: Record) -> str | None:
    """Return what others took while a trial did what it is judged by, in words; None where they did not disturb it."""
    return "; ".join(disturbances(record)) or None


def write_parquet(runs: Sequence[Run], path: Path) -> None:
    """Write a row for each record: the usual figures as columns, and the whole record as JSON in the last column.

    Args:
        runs: The runs; their headers go into the file's metadata.
        path: The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    records: list[Record] = [record for run in runs for record in scrub.anything(run.records)]
    grades = grade_names(records)
    rows = [flat(record, grades) for record in records]
    columns = {
        name: pa.array([row.get(name) for row in rows], _type(pa, name, grades)) for name in column_names(records)
    }
    columns["record"] = pa.array([json.dumps(record, allow_nan=False) for record in records], pa.string())
    exported = {"format": FORMAT, "version": VERSION, "runs": [_header(run) for run in runs]}
    table = pa.table(columns).replace_schema_metadata({"bench": json.dumps(exported, allow_nan=False)})
    with path.open("wb") as file:  # opened here, since Arrow takes no path that is not UTF-8
        pq.write_table(table, file, compression="zstd")


def _type(pa: Any, name: str, grades: Sequence[str]) -> Any:
    if name in INTEGERS:
        return pa.int64()
    figures = (*FIGURES, *grades, *USAGE, *ENERGY, *PAID[:2])
    return pa.float64() if name in figures or name.startswith((PHASE, PAID_PHASE)) else pa.string()


def column_names(records: Sequence[Record]) -> list[str]:
    """Return the names of all columns: of energy none where no machine told, of costs none without a price.

    Args:
        records: The records.
    """
    phases = list(dict.fromkeys(name for record in records for name in record["phases"]))
    paid = any(COST in record for record in records)
    names = [
        *flat_names(grade_names(records)),
        *(name for name in ENERGY if any(record["resources"].get(name) is not None for record in records)),
        *(PAID if paid else ()),
        *(f"{PHASE}{name}" for name in phases),
        *(f"{PAID_PHASE}{name}" for name in phases if paid),
    ]
    return list(dict.fromkeys(names))


def grade_names(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the names of the grades of all problems of the records; of the default problem where there is no record.

    Args:
        records: The records.
    """
    gradings = [grading_of(record["trial"]) for record in records] or [problem_of({})]
    return tuple(metric.name for metric in metrics_of(gradings))


def flat_names(grades: Sequence[str]) -> list[str]:
    """Return the names of the columns of `flat` that there always are.

    Args:
        grades: Out of `grade_names`.
    """
    return [
        "run",
        *TRIAL,
        "status",
        "reason",
        "phase",
        *FIGURES,
        *grades,
        *USAGE,
        DISTURBED,
        "environment",
        "started_at",
        "log",
    ]


def flat(record: Record, grades: Sequence[str]) -> dict[str, Any]:
    """Return the usual figures of a record and those of its phases, by column.

    Args:
        record: The record.
        grades: Out of `grade_names`.
    """
    quality = record["quality"] or {}
    return {
        "run": record["run"],
        **{name: record["trial"][name] for name in TRIAL},
        **{name: record[name] for name in ("status", "reason", "phase", "environment", "started_at", "log")},
        **{name: record.get(name) for name in FIGURES},
        **{name: quality.get(name) for name in grades},
        **{name: record["resources"].get(name) for name in (*USAGE, *ENERGY)},
        DISTURBED: told(record),
        **{f"{PHASE}{name}": seconds for name, seconds in record["phases"].items()},
        **_paid(record),
    }


def _paid(record: Record) -> dict[str, Any]:
    """Return what a trial, the work that it is judged by, and each of its phases cost."""
    found = record.get(COST) or {"total": None, "phases": {}, "currency": None}
    measured = found["phases"].get(TASKS[record["trial"]["task"]].measured)
    phases = {f"{PAID_PHASE}{name}": amount for name, amount in found["phases"].items()}
    return phases | dict(zip(PAID, (found["total"], measured, found["currency"]), strict=True))


def _header(run: Run) -> dict[str, Any]:
    """Return the header of a run; of a path on this machine only the last part, since it may be private."""
    known = scrub.anything(run.run)
    path = known["dataset"].get("path")
    if path and "://" not in path:
        known = {**known, "dataset": {**known["dataset"], "path": PurePath(path).name}}
    return {"name": run.directory.name, "run": known, "warnings": scrub.anything(run.warnings)}
