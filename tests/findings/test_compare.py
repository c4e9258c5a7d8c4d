"""`bench compare`: ratios, verdicts, refusals and exit codes, on runs that are written to disk."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.cli import main
from bench.records.directory import RunDirectory

RECORDS = [json.loads(line) for line in (Path(__file__).parents[1] / "records/schema-1.jsonl").read_text().splitlines()]
for _record in RECORDS:
    _record["resources"].update(foreign_cpu_share=0.0, steal_share=0.0)  # they are of a busy machine
GOOD = next(record for record in RECORDS if record["status"] == "ok")
BAD = next(record for record in RECORDS if record["status"] == "failed")
FINGERPRINT = GOOD["trial"]["fingerprint"]
RUN: dict[str, Any] = {
    "schema": 1,
    "run": "run",
    "started_at": "2026-11-22T18:00:00Z",
    "command": ["bench", "run"],
    "request": {"task": "train", "seed": 0, "epochs": 5, "trees": 20, "depth": 6},
    "environment": {
        "cores": 2,
        "host": {
            "id": "here",
            "cpu": "CPU",
            "cores": 2,
            "memory_bytes": 2**34,
            "memory_physical_bytes": 2**34,
            "system": "Linux",
            "kernel": "6",
            "architecture": "x86_64",
            "gpus": [],
        },
        "python": "CPython 3.11.7",
        "java": None,
        "versions": {"numpy": "2.0", "tf-spark-bench": "0.1.0"},
        "subjects": ["tf-spark-bench"],
        "commit": None,
        "fingerprint": "0123456789ab",
    },
    "dataset": {
        "name": "tiny",
        "path": "/tiny",
        "label": "y",
        "features": ["x"],
        "rows": 2000,
        "train_rows": 1600,
        "test_rows": 400,
        "fingerprint": FINGERPRINT,
    },
    "plan": [],
}
STEADY = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05]


def _record(strategy: str, repeat: int, seconds: float, auc: float = 0.8) -> dict[str, Any]:
    record = copy.deepcopy(GOOD)
    record["trial"].update(strategy=strategy, family="linear", repeat=repeat)
    record.update(time_to_model_s=seconds, quality={"auc": auc, "log_loss": 0.5})
    return record


def _write(path: Path, records: list[dict[str, Any]], **changes: Any) -> Path:
    run = copy.deepcopy(RUN)
    for place, change in changes.items():
        run[place].update(change)
    directory = RunDirectory(path)
    directory.create(run)
    for record in records:
        trial = {**record["trial"], "fingerprint": run["dataset"]["fingerprint"]}
        directory.append({**record, "run": path.name, "trial": trial})
    return path


def _sample(strategy: str, seconds: list[float], auc: float = 0.8) -> list[dict[str, Any]]:
    return [_record(strategy, repeat, value, auc) for repeat, value in enumerate(seconds)]


def _times(factor: float) -> list[float]:
    return [value * factor for value in STEADY]


def compare(*arguments: str) -> Result:
    """Call the real command line in this process, which spares each test the imports."""
    return CliRunner().invoke(main, ["compare", *arguments])


@pytest.fixture
def a(tmp_path):
    """The baseline: six repeats of one strategy."""
    return _write(tmp_path / "a", _sample("mine", STEADY))


@pytest.mark.parametrize(
    ("records", "code", "said"),
    [
        (_sample("mine", _times(1.001)), 0, "ok"),
        (_sample("mine", _times(1.5)), 1, "slower"),
        (_sample("mine", _times(0.5)), 0, "faster"),
        (_sample("mine", _times(0.5), auc=0.7), 4, "AUC is 0.7000 and was 0.8000"),
        (_sample("mine", [1.0, 1.5, 0.8, 1.2, 0.7, 1.1]), 0, "inconclusive"),
        (_sample("mine", [1.0]), 0, "have no interval"),
        (_sample("mine", _times(1.001)) + _sample("more", STEADY), 0, "Only in B: more."),
        (_sample("other", STEADY), 5, "Only in A: mine."),
        ([{**BAD, "trial": {**GOOD["trial"], "strategy": "mine"}}], 5, "broken"),
    ],
)
def test_verdicts_and_exit_codes(a, tmp_path, records, code, said):
    """A slowdown that chance does not make is 1, a worse grade 4, a case that is gone or broken 5, all else 0."""
    b = _write(tmp_path / "b", records)
    done = compare(str(a), str(b))
    assert done.exit_code == code, done.stderr
    assert said in done.stdout
    assert "`bench gate` measures both in turn" in done.stdout


def _ended(status: str) -> dict[str, Any]:
    trial = {**GOOD["trial"], "strategy": "mine", "family": "linear", "repeat": 6}
    return {**BAD, "trial": trial, "status": status, "reason": f"It ended as {status}."}


SIX = _sample("mine", STEADY)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "code", "said"),
    [
        (SIX, [_ended("invalid")], "worse", 4, "mine in B: It ended as invalid."),
        (SIX, [*SIX, _ended("invalid")], "worse", 4, "mine in B: It ended as invalid."),
        ([_ended("invalid")], [_ended("invalid")], "broken", 5, "mine in B: It ended as invalid."),
        (SIX, [_ended("timeout")], "broken", 5, "mine in B: It ended as timeout."),
        (SIX, [_ended("skipped")], "broken", 5, "mine in B: It ended as skipped."),
        ([_ended("skipped")], SIX, "new", 0, "mine in A: It ended as skipped."),
        ([_ended("failed")], SIX, "new", 0, "mine in A: It ended as failed."),
        ([_ended("failed")], [_ended("skipped")], "broken", 5, "mine in B: It ended as skipped."),
        ([_ended("skipped")], [_ended("skipped")], "skipped", 5, "mine in B: It ended as skipped."),
    ],
)
def test_what_has_no_figure_in_one_run_says_why(tmp_path, before, after, verdict, code, said):
    """A wrong answer in B is a worse one, what only B can do is new, what B cannot do is broken, each with a reason."""
    a, b = _write(tmp_path / "a", before), _write(tmp_path / "b", after)
    done = compare(str(a), str(b))
    assert (done.exit_code, said in done.stdout) == (code, True), done.output
    [case] = json.loads(compare(str(a), str(b), "--format", "json").stdout)["cases"]
    assert case["verdict"] == verdict


def test_the_figures_are_there(a, tmp_path):
    """Ratio, interval, repeats and both grades of a case stand side by side, in every format."""
    b = _write(tmp_path / "b", _sample("mine", _times(1.5), auc=0.81))
    printed = json.loads(compare(str(a), str(b), "--format", "json").stdout)
    [case] = printed["cases"]
    assert case["ratio"]["estimate"] == pytest.approx(1.5)
    assert case["ratio"]["low"] < 1.5 < case["ratio"]["high"]
    assert case["quality"] == {"a": {"auc": 0.8, "log_loss": 0.5}, "b": {"auc": 0.81, "log_loss": 0.5}}
    for kind in ("text", "md"):
        shown = compare("a", "b", "--results", str(tmp_path), "--format", kind).stdout
        for figure in ("1.500", "6 and 6", "0.8000 and 0.8100"):
            assert figure in shown


def test_doubt_fails_only_where_it_is_asked_to(a, tmp_path):
    """With --strict what the runs cannot tell is 3."""
    b = _write(tmp_path / "b", _sample("mine", [1.0]))
    assert compare(str(a), str(b), "--strict").exit_code == 3


@pytest.mark.parametrize(
    ("place", "change", "said", "allowed"),
    [
        ("environment", {"host": {**RUN["environment"]["host"], "id": "there"}}, "machine id is here in A", "machine"),
        (
            "environment",
            {"python": "CPython 3.12.1"},
            "Python is CPython 3.11.7 in A and CPython 3.12.1 in B",
            "python",
        ),
        ("environment", {"versions": {"numpy": "2.4"}}, "numpy is 2.0 in A and 2.4 in B", "versions"),
        ("environment", {"versions": {"numpy": "2.4"}}, "numpy is 2.0 in A and 2.4 in B", "numpy"),
        (
            "environment",
            {"variables": {"XLA_FLAGS": "-x"}},
            "variable XLA_FLAGS is not there in A and -x in B",
            "variable",
        ),
        ("dataset", {"fingerprint": "0" * 32}, "dataset fingerprint", "dataset"),
        ("request", {"trees": 100}, "trees is 20 in A and 100 in B", "settings"),
        ("request", {"spark_conf": ["a=1", "b=2"]}, "spark_conf is not there in A and a=1, b=2 in B", "settings"),
        ("request", {"spark_conf_file": "/conf"}, "spark_conf_file is not there in A and /conf in B", "settings"),
    ],
)
def test_unlike_runs_are_refused_and_shown_only_under_a_banner(a, tmp_path, place, change, said, allowed):
    """The refusal names the fact that differs; --allow-different shows the runs, and the fact above them."""
    b = _write(tmp_path / "b", _sample("mine", _times(1.001)), **{place: change})
    refused = compare(str(a), str(b))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    shown = compare(str(a), str(b), "--allow-different", allowed)
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.startswith("These runs are not alike")
    assert said in shown.stdout


def test_what_may_differ_is_what_one_wants_to_compare(a, tmp_path):
    """Two commits and two versions of the package with the strategies are compared without a word."""
    change = {"commit": {"id": "0" * 40, "dirty": False}, "versions": {"numpy": "2.0", "tf-spark-bench": "0.2.0"}}
    b = _write(tmp_path / "b", _sample("mine", _times(1.001)), environment=change)
    assert compare(str(a), str(b)).exit_code == 0


def test_no_settings_of_spark_are_alike_in_every_version(a, tmp_path):
    """A run of before there were settings of Spark is like one that was given none."""
    b = _write(tmp_path / "b", _sample("mine", _times(1.001)), request={"spark_conf": [], "spark_conf_file": None})
    assert compare(str(a), str(b)).exit_code == 0


@pytest.mark.parametrize(("began", "together"), [("2026-11-22T18:00:00Z", True), ("2026-11-23T18:00:00Z", False)])
def test_only_the_arms_of_one_night_were_measured_in_turn(tmp_path, began, together):
    """Two nights of the gate were measured at different times as any two runs, and that is said."""
    records = [{**record, "notes": {"gate": {"stage": "look"}}} for record in SIX]
    a, b = _write(tmp_path / "a", records), _write(tmp_path / "b", records)
    run = json.loads((b / "run.json").read_text())
    (b / "run.json").write_text(json.dumps({**run, "started_at": began}))
    assert ("`bench gate` measures both in turn" not in compare(str(a), str(b)).stdout) == together


def test_a_fact_that_is_none_is_refused(a):
    """A misspelt fact allows nothing, and says what can be."""
    done = compare(str(a), str(a), "--allow-different", "machin")
    assert done.exit_code == 2
    assert "'machin'" in done.stderr


def test_many_cases_are_not_many_false_alarms(a, tmp_path):
    """A difference that one case in twenty shows by chance is no verdict where there are twenty cases."""
    chance = [1.0, 1.025, 1.035, 1.055, 1.065, 1.075]  # p = 0.04 against the steady one
    shifted = [value * 1.03 for value in chance]
    alone = _write(tmp_path / "alone", _sample("mine", shifted))
    assert compare(str(a), str(alone)).exit_code == 1
    names = [f"other{number}" for number in range(19)]
    many = [_sample(name, STEADY) for name in names]
    all_a = _write(tmp_path / "all-a", sum(many, _sample("mine", STEADY)))
    all_b = _write(tmp_path / "all-b", sum(many, _sample("mine", shifted)))
    assert compare(str(all_a), str(all_b)).exit_code == 0


@pytest.mark.parametrize(
    ("number", "repeats", "needed"), [(1, 3, 4), (1, 4, None), (6, 5, None), (7, 5, 6), (7, 6, None)]
)
def test_too_few_repeats_are_said(tmp_path, number, repeats, needed):
    """Where a case could not be told apart whatever its figures, it is said how many repeats could; and they can."""
    twice = {"mine0": _times(2)}
    a, b = (
        _write(
            tmp_path / run,
            [
                record
                for name in (f"mine{at}" for at in range(number))
                for record in _sample(name, times.get(name, STEADY)[:repeats])
            ],
        )
        for run, times in (("a", {}), ("b", twice))
    )
    done = compare(str(a), str(b))
    assert done.exit_code == (needed is None)
    assert (f"`bench run --repeat {needed}`" in done.stdout) == (needed is not None)
    assert ("cannot show at 5 %" in done.stdout) == (needed is not None)


@pytest.mark.parametrize("content", [b"", b'{"schema": 99}\n', b"{broken\n"])
def test_what_cannot_be_read_is_refused(a, tmp_path, content):
    """No run, an empty one, a damaged one and one of a newer version are refused in one sentence."""
    b = _write(tmp_path / "b", [])
    (b / "records.jsonl").write_bytes(content)
    for other in (b, tmp_path / "nothere"):
        done = compare(str(a), str(other))
        assert done.exit_code == 2
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_exported_files_are_compared_like_the_runs(a, tmp_path, kind):
    """What `bench report` exports is compared like the run that it came from; a file of two runs is refused."""
    b = _write(tmp_path / "b", _sample("mine", _times(1.5)))
    file, both = tmp_path / f"exported.{kind}", tmp_path / f"both.{kind}"
    for target, runs in ((file, [b]), (both, [a, b])):
        exported = CliRunner().invoke(main, ["report", *map(str, runs), "--out", str(target)])
        assert exported.exit_code == 0, exported.output
    assert compare(str(a), str(file)).stdout == compare(str(a), str(b)).stdout
    refused = compare(str(a), str(both))
    assert refused.exit_code == 2
    assert "holds 2 runs" in refused.stderr
