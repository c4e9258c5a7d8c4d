"""Sends runs to an MLflow server by its documented REST API: a run for each, and a nested one for each trial.

MLflow's own client is not needed, and is in nobody's way: it asks for other versions of packages than frameworks do.
"""

from __future__ import annotations

import hashlib
import json
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from datetime import datetime

from bench import scrub
from bench.errors import UsageError
from bench.records.costs import COST
from bench.records.directory import Record, Run
from bench.records.export import ENERGY, FIGURES, USAGE, told
from bench.report.exports.mlflow_server import TrackingServer
from bench.writing.clean import REASON_LIMIT, shown

# Tags of a run: its name, and the digest by which it is known again.
RUN, KEY = "bench.run", "bench.key"
GOOD = ("ok", "skipped")


def send(runs: Sequence[Run], uri: str) -> tuple[list[str], list[str]]:
    """Send runs to a server; one that it has is left as it is there.

    Args:
        runs: The runs.
        uri: The server's address.

    Returns:
        The names of the runs that were sent, and of those that were there.

    Raises:
        UsageError: This is no address.
        StorageError: The server cannot be reached, or refuses.
    """
    if urllib.parse.urlsplit(uri).scheme not in ("http", "https"):
        raise UsageError(f"{uri!r} is no MLflow server: give its address, such as --out http://127.0.0.1:5000.")
    if urllib.parse.urlsplit(uri).username is not None:
        raise UsageError(
            "A server's address has no user in it: give MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or "
            "MLFLOW_TRACKING_TOKEN."
        )
    server = TrackingServer(uri, os.environ)
    sent: list[str] = []
    there: list[str] = []
    for run in runs:
        (sent if _send(server, run) else there).append(run.directory.name)
    return sent, there


def _send(server: TrackingServer, run: Run) -> bool:
    """Send one run, and return whether the server did not have it."""
    name, header = run.directory.name, scrub.anything(run.run)
    key = hashlib.sha256(json.dumps([name, header["started_at"], header["environment"]["fingerprint"]]).encode())
    experiment = _experiment(server, f"bench {shown(header['dataset']['name'])}")
    wanted = f"tags.`{KEY}` = '{key.hexdigest()}' and attributes.status = 'FINISHED'"
    if server.post("runs/search", experiment_ids=[experiment], filter=wanted, max_results=1).get("runs"):
        return False
    began = _milliseconds(header["started_at"])
    tags = {RUN: shown(name), KEY: key.hexdigest(), "bench.environment": header["environment"]["fingerprint"]}
    parent = _create(server, experiment, shown(name), began, tags)
    ended = began
    for record in scrub.anything(run.records):
        ended = max(ended, _send_trial(server, experiment, parent, record))
    _end(server, parent, "FINISHED", ended)  # last: one that broke off is not taken for a whole one
    return True


def _experiment(server: TrackingServer, title: str) -> str:
    """Return the id of an experiment, which is made if it is not there."""
    found = server.get("experiments/get-by-name", experiment_name=title)
    if found is None:
        return server.id_in(server.post("experiments/create", name=title), "experiment_id")
    return server.id_in(found, "experiment", "experiment_id")


def _create(server: TrackingServer, experiment: str, name: str, began: int, tags: Mapping[str, str]) -> str:
    found = server.post(
        "runs/create",
        experiment_id=experiment,
        run_name=name,
        start_time=began,
        tags=_pairs({**tags, "mlflow.runName": name}),
    )
    return server.id_in(found, "run", "info", "run_id")


def _end(server: TrackingServer, run: str, status: str, ended: int) -> None:
    server.post("runs/update", run_id=run, status=status, end_time=ended)


def _send_trial(server: TrackingServer, experiment: str, parent: str, record: Record) -> int:
    """Send one trial, and return when it ended, milliseconds since 1970."""
    began = _milliseconds(record["started_at"])
    ended: int = began + round(1000 * record["wall_s"])
    trial = record["trial"]
    name = shown(f"{trial['strategy']} {trial['repeat']}")
    run = _create(server, experiment, name, began, {"mlflow.parentRunId": parent})
    metrics = [
        {"key": shown(key), "value": float(value), "timestamp": ended, "step": 0}
        for key, value in figures(record).items()
    ]
    tags = {"bench.status": record["status"], "bench.reason": record["reason"], "bench.disturbed": told(record)}
    params = {key: shown(str(value)) for key, value in trial.items() if value is not None}
    said = {key: shown(str(value), REASON_LIMIT) for key, value in tags.items() if value}
    server.post("runs/log-batch", run_id=run, metrics=metrics, params=_pairs(params), tags=_pairs(said))
    _end(server, run, "FINISHED" if record["status"] in GOOD else "FAILED", ended)
    return ended


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def figures(record: Record) -> dict[str, float]:
    """Return the figures of a trial by the names of their metrics, those that it has.

    Args:
        record: Its record.
    """
    found = {
        **{name: record.get(name) for name in FIGURES},
        **(record["quality"] or {}),
        **{name: record["resources"].get(name) for name in (*USAGE, *ENERGY)},
        **{f"phase/{name}": seconds for name, seconds in record["phases"].items()},
        **_paid(record),
    }
    return {name: value for name, value in found.items() if value is not None}


def _paid(record: Record) -> dict[str, float]:
    """Return what a trial and each of its phases cost; nothing where no price was given.

    The whole is not just called ``cost``: MLflow's store of files has a file for each metric, and a directory for
    what stands before a slash.
    """
    if COST not in record:
        return {}
    phases = record[COST]["phases"].items()
    return {**{f"{COST}/{name}": amount for name, amount in phases}, f"{COST}/total": record[COST]["total"]}


def _milliseconds(moment: str) -> int:
    return round(1000 * datetime.fromisoformat(moment).timestamp())
