"""Reads runs for a report: a run's directory, or a file that `bench report` exported as JSON or Parquet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from bench import scrub
from bench.errors import ResultsError
from bench.parsing import json_value
from bench.records import schema
from bench.records.costs import COST
from bench.records.directory import Run, RunDirectory, latest, read_run, validate
from bench.writing.clean import REASON_LIMIT, shown

FORMAT = "tf-spark-bench report"
DISTURBED = "disturbed"  # beside a record's own fields in JSON: what `bench.records.disturbance` says of it
VERSION = 1  # of the exported files; a newer one is refused
ENVIRONMENT = ("cores", "host", "python", "java", "versions", "subjects", "commit", "fingerprint")
HOST = ("id", "cpu", "architecture", "memory_bytes", "gpus")
RUN = ("started_at", "command", "plan")
DATASET = ("name", "label", "features", "rows", "train_rows", "test_rows", "fingerprint")


def read(paths: Iterable[Path], out: Path) -> list[Run]:
    """Return the runs, each once, in the order given.

    Args:
        paths: Directories, exported files, or names of runs in ``out``; none means the last run in ``out``.
        out: Directory that holds runs.

    Raises:
        ResultsError: One is missing, damaged, or from a newer version; or two have one name.
    """
    found: dict[str, Run] = {}
    for path in list(paths) or [latest(out)]:
        for run in _read(path if path.exists() else out / path):
            _check(run, path)
            known = found.setdefault(run.directory.name, run)
            if known.run["started_at"] != run.run["started_at"]:
                raise ResultsError(
                    f"Two runs are called {shown(run.directory.name)}, as those of two nights are: rename the directory"
                    " of one, so that they can be told apart."
                )
    return list(found.values())


def _read(path: Path) -> list[Run]:
    if path.is_file() and path.suffix == ".parquet":
        return _unpack(_parquet(path), path)
    if path.is_file():
        return _unpack(_json(path), path)
    return [read_run(path)]


def _json(path: Path) -> Any:
    try:
        return json_value(scrub.spelled(path.read_text()))
    except (ValueError, OSError) as error:
        raise ResultsError(
            f"{path} is no export of `bench report --format json`: give it a run's directory."
        ) from error


def _parquet(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=["record"])
        exported = json_value((table.schema.metadata or {})[b"bench"])
        records = [json_value(scrub.spelled(record)) for record in table["record"].to_pylist()]
        by_run: dict[str, list[Any]] = {}
        for record in records:
            by_run.setdefault(record["run"], []).append(record)
        for run in exported["runs"]:
            run["records"] = by_run.get(run["name"], [])
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise ResultsError(f"{path} is no export of `bench report --format parquet`: export it again.") from error
    return exported


def _unpack(exported: Any, path: Path) -> list[Run]:
    """Return the runs of an export; their logs are expected beside it."""
    if not isinstance(exported, dict) or exported.get("format") != FORMAT:
        raise ResultsError(f"{path} is no export of `bench report`: give it a run's directory, or what it exported.")
    if exported.get("version") != VERSION:
        raise ResultsError(
            f"{path} has version {shown(repr(exported.get('version')))}, which this bench does not read: update bench."
        )
    try:
        return [_unpacked(run, path) for run in exported["runs"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultsError(
            f"{path} is damaged ({type(error).__name__}: {shown(str(error))}): export it again."
        ) from error


def _unpacked(exported: dict[str, Any], path: Path) -> Run:
    for record in exported["records"]:
        record.pop(DISTURBED, None)
        record.pop(COST, None)
        validate(record)
    name = exported["name"]
    if name != PurePath(name).name or name in ("", ".."):
        raise ResultsError(f"{path} has a run called {shown(name)!r}, which is no name of a directory: take it away.")
    if not all(isinstance(warning, str) for warning in exported["warnings"]):
        raise ValueError("its warnings are no sentences")
    beside = path.parent if path.parent.name == name else path.parent / name
    records = [{**record, "run": name} for record in exported["records"]]
    return Run(RunDirectory(beside), exported["run"], records, exported["warnings"])


def _check(run: Run, path: Path) -> None:
    """Refuse a ``run.json`` that lacks a field for a report, and records of another dataset."""
    parts = (
        ((), RUN),
        (("environment",), ENVIRONMENT),
        (("environment", "host"), HOST),
        (("dataset",), DATASET),
        (("request",), ()),
    )
    for where, names in parts:
        held: Any = run.run
        for key in where:
            held = held.get(key)
        part = where[-1] if where else "run"
        missing = [name for name in names if not isinstance(held, dict) or name not in held]
        if not isinstance(held, dict) or missing:
            what = ", ".join(missing[:3]) or part
            raise ResultsError(f"What {path} says of its {part} is damaged (no {what}): restore it, or run again.")
    try:
        schema.validator("run-1")(run.run)
    except ValueError as error:  # fastjsonschema's own
        reason = shown(str(error), REASON_LIMIT)
        raise ResultsError(f"What {path} says of its run is damaged ({reason}): restore it, or run again.") from error
    fingerprint = run.run["dataset"]["fingerprint"]
    if any(record["trial"]["fingerprint"] != fingerprint for record in run.records):
        raise ResultsError(f"{path} has records of another dataset than its own: restore it, or run again.")
