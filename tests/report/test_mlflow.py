"""Runs arrive at a real MLflow server on loopback, where BENCH_MLFLOW names its program; all else is told."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from tests.objectstore import free_ports
from tests.report.made import MadeCase, make_run, write_run

PROGRAM = os.environ.get("BENCH_MLFLOW")
API = "/api/2.0/mlflow"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A directory with the run ``made``, of which one strategy failed."""
    cases = [("xgboost", MadeCase(1.0)), ("mllib_gbt", MadeCase(2.0, status="failed"))]
    write_run(make_run(cases, name="made", repeats=2, path=tmp_path / "results"))
    return tmp_path / "results"


def report(results: Path, *arguments: str) -> Result:
    """Call `bench report` for that run."""
    return CliRunner().invoke(main, ["report", "made", "--results", str(results), "--format", "mlflow", *arguments])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with an empty store; it ends with all its processes."""
    directory = tmp_path_factory.mktemp("mlflow")
    port = free_ports(1)[0]
    assert PROGRAM
    store = ["--backend-store-uri", f"sqlite:///{directory}/store.db", "--artifacts-destination", str(directory)]
    command = [PROGRAM, "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *store]
    environ = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (directory / "log").open("wb") as log:
        files: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        process = subprocess.Popen(command, env=environ, cwd=directory, start_new_session=True, **files)
    uri = f"http://127.0.0.1:{port}"
    try:
        _wait_for(uri, process, directory / "log")
        yield uri
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _wait_for(uri: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 200
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, http.client.HTTPException):
            _answer(uri, "/health")
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.3)
    raise AssertionError(log.read_text())


def _ask(uri: str, path: str, **body: object) -> dict[str, Any]:
    return json.loads(_answer(uri, f"{API}/{path}", json.dumps(body) if body else None))


def _answer(uri: str, path: str, body: str | None = None) -> bytes:
    with contextlib.closing(http.client.HTTPConnection(uri.removeprefix("http://"), timeout=30)) as connection:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"})
        return connection.getresponse().read()


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="BENCH_MLFLOW names no MLflow server: docs/how-to/export-results.md")
def test_a_run_arrives_once_with_its_trials(server: str, results: Path) -> None:
    """Each trial is nested under its run with its settings, figures, price and end; a second call sends nothing."""
    done = report(results, "--out", server, "--price", "USD 3.6/core-h")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"Sent to {server}: made.\n"
    experiment = _ask(server, "experiments/get-by-name?experiment_name=bench%20flights")["experiment"]
    runs = _ask(server, "runs/search", experiment_ids=[experiment["experiment_id"]], max_results=100)["runs"]
    by_name = {run["info"]["run_name"]: run for run in runs}
    assert by_name.keys() == {"made", "xgboost 0", "xgboost 1", "mllib_gbt 0", "mllib_gbt 1"}
    assert {name: run["info"]["status"] for name, run in by_name.items() if "0" in name} == {
        "xgboost 0": "FINISHED",
        "mllib_gbt 0": "FAILED",
    }
    data = {part: {entry["key"]: entry["value"] for entry in of} for part, of in by_name["xgboost 1"]["data"].items()}
    assert data["tags"]["mlflow.parentRunId"] == by_name["made"]["info"]["run_id"]
    assert data["tags"]["bench.status"] == "ok"
    assert data["params"]["workers"] == "1"
    records = map(json.loads, (results / "made" / "records.jsonl").read_text().splitlines())
    (record,) = (one for one in records if one["trial"]["strategy"] == "xgboost" and one["trial"]["repeat"])
    assert data["metrics"]["time_to_model_s"] == pytest.approx(record["time_to_model_s"])
    assert data["metrics"]["phase/train"] == pytest.approx(record["phases"]["train"])
    assert data["metrics"]["cost/total"] == pytest.approx(2e-3 * record["wall_s"])
    assert data["metrics"]["cost/setup"] == pytest.approx(2e-3 * record["phases"]["setup"])
    again = report(results, "--out", server)
    assert again.exit_code == 0, again.output
    assert "It was there, and is left as it is: made." in again.stderr
    assert len(_ask(server, "runs/search", experiment_ids=[experiment["experiment_id"]])["runs"]) == len(runs)


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    """Answers with a page, or sends on to another address of its own."""

    asked: list[str] = []  # noqa: RUF012 - one for each test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.server.moved:  # type: ignore[attr-defined]
            self.send_response(302)
            self.send_header("Location", "/login")
        else:
            self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>welcome</html>")

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(params=[False, True], ids=["a page", "a redirect"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a web server that is no MLflow."""
    _Elsewhere.asked = []
    with http.server.HTTPServer(("127.0.0.1", 0), _Elsewhere) as found:
        found.moved = request.param  # type: ignore[attr-defined]
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_what_is_no_mlflow_is_one_sentence(elsewhere: str, results: Path) -> None:
    """A page is no answer, and a redirect is not followed: a token would go along."""
    done = report(results, "--out", elsewhere)
    assert done.exit_code == 5
    sentence = rf"Error: The MLflow server {elsewhere} cannot be used \(.*\): check its address\.\n"
    assert re.fullmatch(sentence, done.stderr)
    assert len(_Elsewhere.asked) == 1


def test_a_server_that_is_not_there_is_one_sentence(results: Path) -> None:
    """It ends with 5, and names the address."""
    port = free_ports(1)[0]
    done = report(results, "--out", f"http://127.0.0.1:{port}")
    assert done.exit_code == 5
    assert done.stderr.startswith(f"Error: The MLflow server http://127.0.0.1:{port} cannot be used (")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Which MLflow server? Add its address"),
        (["--out", "mlruns"], "'mlruns' is no MLflow server"),
        (["--out", "http://me:secret@127.0.0.1:1"], "has no user in it: give MLFLOW_TRACKING_USERNAME"),
    ],
)
def test_an_address_is_needed(arguments: list[str], sentence: str, results: Path) -> None:
    """Without one, or with a directory, it ends with 2 and an example."""
    done = report(results, *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
