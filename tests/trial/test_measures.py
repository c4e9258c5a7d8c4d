"""Figures are made of numbers that are checked, and of no note."""

import json
import os
from collections.abc import Callable

import pytest

from bench.records.directory import Record, validate
from bench.trial.workers import WorkerEnvironment

TRAIN = """
@hookimpl
def bench_train(trial):
    {}

@hookimpl
def bench_predict(trial):
    from bench import rows
    return rows.write_scores(trial, lambda features: 1 / (1 + abs(features[:, 0])))
"""
Run = Callable[..., Record]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("trial.measure('executors_cpu_s', -1e6)", "its executors_cpu_s is -1e+06, and can only lie between 0 and"),
        ("trial.measure('executors_memory_bytes', -999e9)", "its executors_memory_bytes is -9.99e+11"),
        ("trial.measure('executors_memory_bytes', 1e30)", "its executors_memory_bytes is 1e+30"),
        ("trial.measure('rows_dropped_per_epoch', 1600)", "its rows_dropped_per_epoch is 1600, and can only lie"),
        ("trial.measure('rows_scored', float('nan'))", "its rows_scored is nan, which is no number"),
        ("trial.measure('rows_scored', 'all')", "its rows_scored is 'all', which is no number"),
        ("trial.measure('speed', 9)", "it measures 'speed', and there are only rows_scored"),
        ("trial.ranks('load', [0.0, -5.0])", "its inner phase load took a rank -5 s"),
        ("trial.ranks('load', [float('nan')])", "its inner phase load took a rank nan s"),
        ("trial.ranks('load', [0.0, 1e9])", "its inner phase load took a rank 1e+09 s"),
    ],
)
def test_a_number_that_cannot_be_makes_a_trial_invalid(trial_of: Run, call: str, reason: str) -> None:
    """A negative, absurd or unknown number ends as `invalid` with a sentence, and gets into no figure."""
    record = trial_of(TRAIN.format(call))
    assert record["status"] == "invalid"
    assert record["reason"].startswith("A figure is wrong: ")
    assert reason in record["reason"]
    assert record["measures"] == {}
    assert "load" not in record["inner"]
    json.dumps(record, allow_nan=False)
    assert record["resources"]["cpu_s"] >= 0
    assert record["rows_per_s"] is None
    validate(record)


def test_notes_feed_no_figure(trial_of: Run) -> None:
    """What a strategy notes under the names of numbers, or of the harness's own notes, changes nothing."""
    notes = {
        "executors_cpu_s": -1e6,
        "executors": [{"peak_memory_bytes": -1e12}],
        "rows_scored": 1,
        "rows_dropped_per_epoch": 1e9,
        "gate": {"stage": "warm-up"},
        "processes_left": 99,
    }
    record = trial_of(TRAIN.format(f"[trial.note(name, value) for name, value in {notes!r}.items()]"))
    assert record["status"] == "ok", record["reason"]
    assert record["rows"] == 1600
    assert 0 <= record["resources"]["cpu_s"] < 60
    assert 0 < record["resources"]["peak_memory_bytes"] < 10**10
    assert not {"gate", "processes_left"} & record["notes"].keys()
    validate(record)


def test_rows_are_left_out_only_where_time_is_given(trial_of: Run) -> None:
    """In a train trial every row of the test split is scored, whatever a strategy says that it has scored."""
    record = trial_of(TRAIN.format("trial.measure('rows_scored', 400)"))
    assert record["status"] == "invalid"
    assert "it left rows out, and the task train gives no time to do so" in record["reason"]


def test_a_number_that_only_a_newer_bench_knows_is_left_out(trial_of: Run) -> None:
    """The gate's other revision may measure more than this bench knows, which is no fault of its strategies."""
    code = TRAIN.format("trial.measure('joules', 9)")
    assert trial_of(code)["status"] == "invalid"
    record = trial_of(code, worker=WorkerEnvironment(environ=dict(os.environ)))
    assert record["status"] == "ok", record["reason"]
    assert record["measures"] == {}


def test_a_note_that_is_no_number_is_kept_as_text(trial_of: Run) -> None:
    """JSON has neither NaN nor infinities: a note of one, however deep, costs no record."""
    record = trial_of(TRAIN.format("trial.note('loss', {'last': [float('nan'), 0.5], 'most': float('inf')})"))
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["loss"] == {"last": ["nan", 0.5], "most": "inf"}
    json.dumps(record, allow_nan=False)


def test_a_number_that_can_be_is_kept(trial_of: Run) -> None:
    """Rows that are dropped are no rows trained on, and the record says how many they were."""
    record = trial_of(TRAIN.format("trial.measure('rows_dropped_per_epoch', 100)"))
    assert (record["status"], record["rows"]) == ("ok", 1500)
    assert record["measures"] == {"rows_dropped_per_epoch": 100}
