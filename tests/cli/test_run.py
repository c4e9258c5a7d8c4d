"""`bench run` from the command line: plans, records, tables, exit codes, interruptions."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bench.records import directory
from bench.records.export import marked
from tests.conftest import is_alive

pytestmark = pytest.mark.every_python
GOOD = """
@hookimpl
def bench_train(trial):
    return None

@hookimpl
def bench_predict(trial):
    import pyarrow.parquet as pq
    table = pq.read_table(trial.dataset.split("test"), partitioning=None)
    with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
        predictions.write(table["row_id"], 0.2 + 0.6 * table[trial.dataset.label].to_numpy())
    return predictions.path
"""
ONLY_SCORES = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='linear', tasks=('predict',))\n"
DISTRIBUTED = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='linear', distributed=True)\n"
NEEDY = """
@hookimpl
def bench_strategy():
    return Strategy(family='linear', needs=('no_such_module',), install='x[y]')
"""
SLOW = """
@hookimpl
def bench_train(trial):
    import os, subprocess, time
    child = subprocess.Popen(["sleep", "600"])
    with open(os.environ["PIDS"], "w") as file:
        file.write(f"{os.getpid()} {child.pid}")
    time.sleep(600)
"""


def _records(tmp_path):
    return directory.read_run(directory.latest(tmp_path / "results")).records


@pytest.fixture
def slow_run(installed, tiny, tmp_path, monkeypatch, bench_command):
    """A `bench run` in the middle of its second trial; yields it and the ids of that trial's processes."""
    installed.add("slow", SLOW)
    pids = tmp_path / "pids"
    monkeypatch.setenv("PIDS", str(pids))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where a harness that is killed leaves what it had
    command = [*bench_command, "run", "--strategy", "slow", "--data", tiny.path, "--seed", "1"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 120
    while not (pids.exists() and len(pids.read_text().split()) == 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    with process:
        yield process, [int(pid) for pid in pids.read_text().split()]
        process.kill()


def test_table_and_records(installed, tiny, tmp_path, bench):
    """A run prints its table, keeps valid records in the planned order, and ends with 0."""
    installed.add("good", GOOD, DISTRIBUTED)
    done = bench("run", "--strategy", "good", "--data", tiny.path, "--workers", "1,2", "--repeat", "2")
    assert done.returncode == 0, done.stderr
    assert "Overhead of the harness itself" in done.stdout
    assert "1.0000" in done.stdout
    run = directory.read_run(directory.latest(tmp_path / "results"))
    assert [record["trial"] for record in run.records] == run.run["plan"]
    assert len(run.records) == 6
    assert {record["status"] for record in run.records} == {"ok"}
    assert "\x1b" not in done.stdout + done.stderr


def test_json_prints_records_only(installed, tiny, tmp_path, bench):
    """With --json each line on standard output is a record as on disk, with what disturbed it, and nothing else is."""
    installed.add("good", GOOD)
    done = bench("run", "--strategy", "good", "--data", tiny.path, "--json")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed == [marked(record) for record in _records(tmp_path)]
    assert done.stderr == ""


def test_dry_run_runs_nothing(installed, tiny, tmp_path, bench):
    """--dry-run prints the plan in its order and leaves no file."""
    installed.add("good", GOOD)
    done = bench("run", "--strategy", "g*", "--data", tiny.path, "--repeat", "3", "--dry-run")
    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()].count("good") == 3
    assert not (tmp_path / "results").exists()


def test_failure_ends_with_1_and_says_why(installed, tiny, bench):
    """A failed trial is a row in the table with its reason under it, the others still run, and the exit code is 1."""
    installed.add("bad", "@hookimpl\ndef bench_train():\n    raise ValueError('out of luck')\n")
    installed.add("good", GOOD)
    done = bench("run", "--strategy", "bad", "--strategy", "good", "--data", tiny.path)
    assert done.returncode == 1
    assert "bad: ValueError: out of luck" in done.stdout
    assert "1.0000" in done.stdout


def test_only_skips_is_no_success(installed, tiny, tmp_path, bench):
    """A run in which everything was skipped ends with 5, and its records say what to install."""
    installed.add("needy", GOOD, NEEDY)
    done = bench("run", "--strategy", "needy", "--data", tiny.path)
    assert done.returncode == 5
    assert "pip install 'x[y]'" in done.stdout
    skipped = [record for record in _records(tmp_path) if record["status"] == "skipped"]
    assert [record["trial"]["strategy"] for record in skipped] == ["needy"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_interruption_keeps_what_was_measured(slow_run, tmp_path, number):
    """Ctrl-C or a polite kill ends the trial, writes its record, keeps earlier ones, and leaves no process."""
    process, pids = slow_run
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "--resume" in errors
    assert not any(is_alive(pid) for pid in pids)
    statuses = {record["trial"]["strategy"]: (record["status"], record["phase"]) for record in _records(tmp_path)}
    assert statuses == {"null": ("ok", None), "slow": ("interrupted", "train")}


def test_killed_command_takes_its_worker_along(slow_run, installed, tmp_path, bench):
    """After kill -9 of the command no worker computes on, and --resume runs what has no ok record."""
    process, pids = slow_run
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while is_alive(pids[0]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(pids[1], signal.SIGKILL)
    assert [record["trial"]["strategy"] for record in _records(tmp_path)] == ["null"]
    installed.add("slow", GOOD)
    done = bench("run", "--resume", str(directory.latest(tmp_path / "results")))
    assert done.returncode == 0, done.stderr
    assert [record["trial"]["strategy"] for record in _records(tmp_path)] == ["null", "slow"]


def test_resume_repeats_what_was_not_ok(installed, tiny, tmp_path, bench):
    """--resume runs a failed trial again; both records stay, and the table counts the last."""
    installed.add("fickle", "@hookimpl\ndef bench_train():\n    raise ValueError('not today')\n")
    bench("run", "--strategy", "fickle", "--data", tiny.path)
    installed.add("fickle", GOOD)
    done = bench("run", "--resume", str(directory.latest(tmp_path / "results")))
    assert done.returncode == 0, done.stderr
    assert [r["status"] for r in _records(tmp_path) if r["trial"]["strategy"] == "fickle"] == ["failed", "ok"]
    assert "not today" not in done.stdout


@pytest.mark.parametrize("option", [["--strategy", "null"], ["--repeat", "2"], ["--data", "tiny"], ["--epochs", "3"]])
def test_resume_refuses_options_that_say_what_runs(bench, option):
    """A run goes on as it began; those that say how long to wait, or where runs are, go along."""
    done = bench("run", "--resume", "RUN", "--timeout", "90s", "--wait-quiet", "1m", "--out", "results", *option)
    assert done.returncode == 2
    assert f"Error: {option[0]} is not for --resume" in done.stderr


def test_resume_refuses_other_data(installed, tiny, tmp_path, bench):
    """--resume refuses to go on with another dataset under the old name."""
    installed.add("good", GOOD)
    bench("run", "--strategy", "good", "--data", tiny.path)
    run = directory.latest(tmp_path / "results") / "run.json"
    run.write_text(run.read_text().replace(tiny.fingerprint, "0" * len(tiny.fingerprint)))
    done = bench("run", "--resume", str(run.parent))
    assert done.returncode == 2
    assert "start a new run" in done.stderr


def test_show_prints_the_same_table(installed, tiny, bench):
    """`bench show` prints the table of an earlier run again."""
    installed.add("good", GOOD)
    first = bench("run", "--strategy", "good", "--data", tiny.path).stdout
    assert bench("show").stdout.strip() in first


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--strategy", "nope"], "`bench list`"),
        (["run", "--data", "nope"], "nope"),
        (["run", "--cores", "4096"], "ask for fewer"),
        (["run", "--timeout", "soon"], "write 90s"),
        (["run", "--workers", "0"], "write 1,2,4"),
        (["run", "--resume", "nowhere"], "holds no run"),
        (["show"], "There is no run"),
        (["show", "nowhere"], "holds no run"),
        (["nonsense"], "No such command"),
    ],
)
def test_bad_requests_get_a_sentence(bench, arguments, sentence):
    """A request that cannot be met gets a sentence and exit code 2, and no traceback."""
    done = bench(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


SCORER = """
@hookimpl
def bench_train(trial):
    return 0.25

@hookimpl
def bench_predict(trial, model):
    import pyarrow.parquet as pq
    with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
        for split in trial.splits_to_score:
            table = pq.read_table(trial.dataset.split(split), partitioning=None)
            predictions.write(table["row_id"], model + 0.5 * table[trial.dataset.label].to_numpy())
    return predictions.path
"""


def test_predict_scores_all_rows_with_the_strategys_own_model(bench, installed, few):
    """The task predict trains off its score, scores both splits, and needs no reference model for that."""
    installed.add("scorer", SCORER)
    answer = bench("run", "--task", "predict", "--strategy", "scorer", "--data", few.path, "--json")
    records = {record["trial"]["strategy"]: record for record in map(json.loads, answer.stdout.splitlines())}
    record = records["scorer"]
    assert (answer.returncode, record["status"], record["rows"]) == (0, "ok", few.rows)
    assert record["rows_per_s"] == pytest.approx(few.rows / record["phases"]["predict"], rel=1e-3)
    assert record["time_to_model_s"] is None
    assert record["trial"]["model"] is None
    assert records["null"]["status"] == "ok"
    assert not Path(few.path, "reference").exists()


def test_the_table_of_predict_is_in_rows_per_second(bench, installed, tiny):
    """The table of the task has rows and their rate, for every strategy and the control."""
    installed.add("scorer", SCORER)
    installed.add("slow_scorer", SCORER.replace("import pyarrow", "import time; time.sleep(0.5); import pyarrow"))
    wanted = ["--strategy", "scorer", "--strategy", "slow_scorer"]
    lines = bench("run", "--task", "predict", *wanted, "--data", tiny.path).stdout.splitlines()
    assert lines[0].startswith("tiny, 2,000 rows to score")
    rows = [line.split() for line in lines if line.startswith(("null", "scorer", "slow_scorer"))]
    assert sorted(row[0] for row in rows) == ["null", "scorer", "slow_scorer"]
    assert all("2,000" in row for row in rows if row[0] != "null")


def test_a_strategy_that_does_not_do_the_task_is_refused(bench, tiny):
    """One that only trains, named for the task predict, is bad usage."""
    answer = bench("run", "--task", "predict", "--strategy", "xgboost_external", "--data", tiny.path)
    assert answer.returncode == 2
    assert "'xgboost_external' does not take part in the task predict: `bench list` shows what does." in answer.stderr


def test_each_strategy_that_is_named_does_what_it_can(bench, installed, tiny, tmp_path):
    """Without `--task`, one that only scores is run beside one that trains, and each task has a table of its own."""
    installed.add("trainer", GOOD)
    installed.add("scorer", SCORER, ONLY_SCORES)
    wanted = ["--strategy", "trainer", "--strategy", "scorer", "--data", tiny.path]
    answer = bench("run", *wanted)
    assert answer.returncode == 0, answer.stderr
    first = [line.split()[0] for line in answer.stdout.splitlines() if line.split()]
    assert [name for name in first if name in ("tiny,", "null", "trainer", "scorer")] == (
        ["tiny,", "null", "trainer", "tiny,", "null", "scorer"]
    )
    resumed = bench("run", "--resume", str(directory.latest(tmp_path / "results")), "--dry-run")
    assert resumed.stdout == ""


def test_the_task_of_a_strategy_that_trains_is_train(bench, tiny):
    """Without `--task`, and with a pattern that fits one that trains, nothing is scored only."""
    for named in ([], ["--strategy", "*"]):
        plan = bench("run", *named, "--data", tiny.path, "--dry-run").stdout
        assert "  train  " in plan
        assert "  predict  " not in plan


def test_a_model_that_is_none_is_refused_before_anything_runs(bench, tiny, tmp_path):
    """A file that is no Keras model ends the command with one sentence, and no run is begun."""
    (tmp_path / "model.keras").write_text("no model")
    wanted = ["--task", "predict", "--strategy", "tensorflow", "--model", "model.keras"]
    answer = bench("run", *wanted, "--data", tiny.path)
    assert answer.returncode == 2
    assert "model.keras cannot be used: it does not load as a Keras model" in answer.stderr.splitlines()[-1]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (["--model", "m.keras", "--strategy", "tensorflow"], "No strategy that takes part scores with --model"),
        (["--task", "predict", "--row-budget", "15m"], "--row-budget is no less than --timeout"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(bench, tiny, tmp_path, wanted, sentence):
    """A model that nobody would score with, and a budget that no trial could use up, are bad usage."""
    (tmp_path / "m.keras").touch()
    answer = bench("run", *wanted, "--data", tiny.path)
    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert not (tmp_path / "results").exists()


def test_a_plan_that_is_only_looked_at_makes_no_model(bench, few):
    """`--dry-run` of the task predict trains nothing."""
    answer = bench("run", "--task", "predict", "--strategy", "tensorflow", "--data", few.path, "--dry-run")
    assert "tensorflow  predict" in answer.stdout
    assert not Path(few.path, "reference").exists()


def test_a_run_goes_on_with_its_own_model_only(bench, few, tmp_path):
    """Scores of two models are not one run's: what was begun with one is not resumed with another."""
    wanted = ["--task", "predict", "--strategy", "tensorflow", "--data", few.path, "--timeout", "1s"]
    assert bench("run", *wanted).returncode == 1
    run = directory.latest(tmp_path / "results")
    record = json.loads((run / "run.json").read_text())
    record["plan"] = [{**trial, "model": trial["model"] and "another"} for trial in record["plan"]]
    (run / "run.json").write_text(json.dumps(record))
    answer = bench("run", "--resume", str(run))
    assert answer.returncode == 2
    assert "The model to score with is not what it was" in answer.stderr
