"""`bench advise` where it measures: the race on real trials, the forecast that is put to the test, what is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import bench.cli.advise_answer  # noqa: F401 - what it imports takes its names before a test changes them
from bench.advise import race, refusal
from bench.cli import main
from bench.datasets.makers.synthetic import make_synthetic
from bench.model import Dataset
from bench.records import disturbance
from bench.records.directory import read_run
from tests.conftest import Plugins

SCORING = "    data = trial.dataset\n    time.sleep(3e-5 * data.rows)\n    return"
LIMITS = dict(disturbance.LIMITS)
WAITS = """
import os, signal, time

@hookimpl
def bench_setup(trial):
    from bench import rows
    rows.import_libraries(1)

@hookimpl
def bench_train(trial, session):
    import numpy as np
    from bench import rows
    data = trial.dataset
    features, labels, _ = rows.open(data, "train").matrix(1)
    time.sleep({row} * data.train_rows)
    {then}
    return np.linalg.lstsq((features - data.means) / data.stds, labels - data.label_mean, rcond=None)[0]

@hookimpl
def bench_predict(trial, session, model):
    from bench import rows
    data = trial.dataset
    return rows.write_scores(trial, lambda x: (((x - data.means) / data.stds) @ model + 0.5).clip(0, 1).astype("f4"))
"""


@pytest.fixture
def table(home: Path) -> Dataset:
    """A table of 20,000 rows, for samples of 2,000, 4,000, 8,000 and 16,000."""
    del home
    return make_synthetic(20_000, 3, name="table").dataset


@pytest.fixture
def advise(
    tmp_path: Path, installed: Plugins, table: Dataset, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Ask with strategies that wait as long as they should, on a machine that passes for a quiet one."""
    for name in ("foreign_cpu_share", "steal_share", "memory_stall_share", "throttled_share"):
        monkeypatch.setitem(disturbance.LIMITS, name, replace(disturbance.LIMITS[name], most=1e9))
    monkeypatch.setattr(refusal, "LEAST_S", 0.01)  # so that waiting takes no minutes
    monkeypatch.setattr(race, "CHEAP", 0.0)  # so that no size is left out, however fast the machine is
    installed.add("fast", WAITS.format(row=3e-5, then="pass"))
    installed.add("slow", WAITS.format(row=4e-4, then="pass"))
    installed.add("stops", WAITS.format(row=0, then="os.kill(os.getppid(), signal.SIGINT)"))
    distributed = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='linear', distributed=True)\n"
    installed.add("shared", WAITS.format(row=0, then="pass"), distributed)
    del table

    def call(*options: str) -> Result:
        results = str(tmp_path / "results")
        return CliRunner().invoke(main, ["advise", "--data", "table", "--rows", "1e5", "--results", results, *options])

    return call


TWO = ("--strategy", "fast", "--strategy", "slow", "--cores", "1")


def test_a_race_is_measured_and_its_forecast_put_to_the_test(advise: Callable[..., Result], tmp_path: Path) -> None:
    """Samples are measured, a forecast is on disk before its trial, and the runs say the same again by themselves."""
    done = advise(*TWO, "--budget", "90s", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert "fast" in said["may_be_best"]
    assert said["question"]["rows"] == 100_000
    assert said["question"]["task_rows"] == 80_000
    runs = [read_run(path.parent) for path in sorted((tmp_path / "results").glob("*/run.json"))]
    assert sum(record["wall_s"] for run in runs for record in run.records) < 110  # the budget, and one trial's stop
    assert [run.run["dataset"]["train_rows"] for run in runs][:3] == [2000, 4000, 8000]
    assert {run.run["sample_of"]["name"] for run in runs} == {"table"}
    assert {run.run["dataset"]["test_rows"] for run in runs} == {4000}
    first = [record["trial"]["strategy"] for record in runs[0].records]
    assert sorted(set(first)) == ["fast", "null", "slow"]
    assert len(first) == 4, "the very first trial is cold, and run twice"
    forecasts = [run for run in runs if (run.directory.path / "advice.json").exists()]
    if forecasts:  # the race may need all sizes
        written = json.loads((forecasts[0].directory.path / "advice.json").read_text())
        assert written["question"]["task_rows"] == forecasts[0].run["dataset"]["train_rows"]
        assert "Put to the test: fast, seconds: forecast" in done.stderr
        assert (tmp_path / "results" / "scores.jsonl").read_text().count("\n") >= 2  # its time and its memory
    sources = [part for run in runs for part in ("--from", run.directory.name)]
    again = CliRunner().invoke(
        main, ["advise", *sources, "--rows", "1e5", "--results", str(tmp_path / "results"), "--json"]
    )
    assert json.loads(again.stdout) == said


def test_scoring_is_measured_too(advise: Callable[..., Result], installed: Plugins, tmp_path: Path) -> None:
    """The rows of both splits are those that are asked for, and the time is that of scoring all of them."""
    installed.add("scorer", WAITS.format(row=0, then="pass").replace("    data = trial.dataset\n    return", SCORING))
    done = advise("--task", "predict", "--strategy", "scorer", "--cores", "1", "--budget", "60s", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["question"]["task_rows"] == said["question"]["rows"] == 100_000
    assert 2.5 < said["contenders"][0]["time_s"]["estimate"] < 10  # 3 s, and what a busy machine adds
    rows = [read_run(path.parent).run["dataset"]["rows"] for path in sorted(tmp_path.glob("results/*/run.json"))]
    assert rows[0] == 2500
    assert rows[1] in (5000, 10_000)  # a size is passed over where trials cost little


def test_a_plan_starts_nothing(advise: Callable[..., Result], tmp_path: Path, home: Path) -> None:
    """It names the contenders, the sizes, and how long it may take; no sample is made and no trial begins."""
    done = advise(*TWO, "--plan")
    assert done.exit_code == 0, done.output
    assert re.search("^2 contenders: (fast and slow|slow and fast).$", done.output, re.MULTILINE)
    assert "All with 2,000, 4,000 and 8,000 rows to train on" in done.output
    assert "up to 16,000" in done.output
    assert "At most 10 min" in done.output
    assert not (tmp_path / "results").exists()
    assert [path.name for path in home.iterdir()] == ["table"]


def test_ctrl_c_keeps_what_was_measured(advise: Callable[..., Result], tmp_path: Path, home: Path) -> None:
    """The sentence names the runs that are read again; no sample is half-made."""
    done = advise("--strategy", "stops", "--strategy", "fast", "--cores", "1", "--budget", "60s")
    assert done.exit_code == 130, done.output
    (run,) = (tmp_path / "results").iterdir()
    assert f"`bench advise --rows 100000 --from {run.name} --results" in done.stderr
    assert read_run(run).records[-1]["status"] == "interrupted"
    assert [path.name for path in (home / ".ladder").glob("*/*")] == ["2000-4000"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--from", "results/x", "--budget", "9m"), "--budget says what to measure"),
        (("--from", "results/x", "--strategy", "fast"), "--strategy says what to measure"),
        (("--rows", "1000"), "too few for sizes"),
        (("--from", "results/x", "--samples", "/shared"), "--samples says what to measure"),
        (("--batch-size", "1024,4096"), "Several --batch-size are several settings"),
        (("--strategy", "nobody"), "No strategy is called 'nobody'"),
        (("--task", "pipeline"), "run them on tables of several sizes"),
        (("--network", "nobody"), "--network nobody is unknown"),
        (("--row-budget", "20m"), "--row-budget is no less than --timeout"),
        (("--from", "results/x", "--network", "wide"), "--network says what to measure"),
        (("--from", "results/x", "--shared", "/shared"), "--shared says what to measure"),
    ],
)
def test_what_cannot_be_measured(advise: Callable[..., Result], options: tuple[str, ...], sentence: str) -> None:
    """A sentence and 2, before anything is measured."""
    done = advise(*options)
    assert done.exit_code == 2, done.output
    assert sentence in done.output


def test_a_network_of_ones_own_is_asked_about(advise: Callable[..., Result], tmp_path: Path) -> None:
    """Those take part that train a network they are given, and no others, as in `bench run`."""
    file = tmp_path / "nets.py"
    file.write_text("def build_model(input_dim, width: int = 4):\n    raise SystemExit\n")
    done = advise("--network", f"{file}:build_model", "--network-arg", "width=8", "--workers", "2", "--plan")
    assert done.exit_code == 0, done.output
    found = re.search(r"^(\d+) contenders: (.*)\.$", done.stdout, re.MULTILINE)
    assert found
    assert "tensorflow" in found[2]
    assert "horovod (2 workers)" in found[2]
    assert not {"xgboost", "fast", "mllib_linear"} & set(re.split(r", | and ", found[2]))
    wrong = advise("--network", f"{file}:build_model", "--network-arg", "depth=8", "--plan")
    assert wrong.exit_code == 2, wrong.output
    assert "depth" in wrong.output


def test_a_plan_on_a_cluster_says_what_its_hosts_have_to_see(advise: Callable[..., Result], tmp_path: Path) -> None:
    """The samples, unless they are in a bucket; and what nobody sees there."""
    place = ("--master", "spark://host:7077", "--workers", "1,2,3", "--strategy", "shared", "--plan")
    here = advise(*place, "--samples", str(tmp_path / "nfs"))
    assert here.exit_code == 0, here.output
    assert all(name in here.output for name in ("3 contenders: ", "shared (2 workers)", "shared (3 workers)"))
    assert f"Every host of spark://host:7077 has to see the samples in {tmp_path / 'nfs'}/" in here.output
    there = advise(*place, "--samples", "s3://bucket/samples")
    assert "Samples in s3://bucket/samples/" in there.output
    assert "has to see" not in there.output
    assert "other programs use on the hosts of executors is not seen" in there.output
    assert "has to see" not in advise("--strategy", "shared", "--plan").output


def test_nothing_to_measure() -> None:
    """Neither a table nor runs."""
    done = CliRunner().invoke(main, ["advise", "--rows", "1e6"])
    assert done.exit_code == 2
    assert "give --data with a table, or add --from RUN" in done.output


def test_who_had_no_time_may_be_the_fastest(advise: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is recommended while another was to be measured, and the budget had no room for it."""
    monkeypatch.setattr(race, "UNKNOWN_S", {False: 15.0, True: 1e4})  # of a first trial with several workers
    done = advise("--strategy", "slow", "--strategy", "shared", "--cores", "1", "--workers", "2", "--budget", "40s")
    assert done.exit_code == 0, done.output
    assert "too close to call. The fastest may be slow and shared (2 workers)." in done.stdout
    assert "Not measured, and so unknown: shared (2 workers). To change that: a longer --budget." in done.stdout
    assert (
        "Not measured further: shared (2 workers), since the budget had no room for it with 2,000 rows." in done.stderr
    )


def test_refusals_that_measuring_meets(advise: Callable[..., Result], installed: Plugins) -> None:
    """Too much memory, a cost that changes, too short a time, a crash: a reason each, no number, and 6."""
    hog = "held = bytearray(trial.dataset.train_rows * 20_000); held[::4096] = b'x' * len(held[::4096])"
    installed.add("hungry", WAITS.format(row=2e-5, then=hog))
    installed.add("curved", WAITS.format(row="4e-8 * data.train_rows", then="pass"))
    installed.add("instant", WAITS.format(row=0, then="pass"))
    installed.add("broken", WAITS.format(row=0, then="raise ValueError('out of luck')"))
    refusal.LEAST_S = 0.1  # put back by the fixture, as it was changed there
    names = ("hungry", "curved", "instant", "broken")
    wanted = [part for name in names for part in ("--strategy", name)]
    done = advise(*wanted, "--cores", "1", "--memory-share", "4%", "--json", "--budget", "3m")
    assert done.exit_code == 6, done.output
    found = {each["name"]: each for each in json.loads(done.stdout)["contenders"]}
    assert {name: each["code"] for name, each in found.items()} == {
        "hungry": "memory",
        "curved": "held-out",
        "instant": "few",
        "broken": "failed",
    }
    assert all(each["reason"] and each["next"] and each["time_s"] is None for each in found.values())


def test_a_size_too_far_is_refused(advise: Callable[..., Result]) -> None:
    """More than 64 times the table's rows: the size that would do is named, with its time."""
    done = advise("--strategy", "fast", "--cores", "1", "--rows", "1e8")
    assert done.exit_code == 6, done.output
    assert "Refused: fast: reach:" in done.stdout
    assert "measure it with 1,600,000 rows" in done.stdout
    assert "are 5,000 times the largest sample that table has" in done.stderr


def test_a_busy_machine_is_told_and_no_winner(advise: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a neighbour that spins on every core nobody is recommended."""
    for name, limit in LIMITS.items():
        monkeypatch.setitem(disturbance.LIMITS, name, limit)
    spinning = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(len(os.sched_getaffinity(0)))
    ]
    try:
        done = advise("--strategy", "fast", "--cores", "1", "--retry-disturbed", "0")
    finally:
        for each in spinning:
            each.kill()
            each.wait()
    assert done.exit_code == 6, done.output
    assert re.search(r"Refused: fast: disturbed: \d of its \d sizes were disturbed: other programs used", done.stdout)


def test_nothing_that_can_run(advise: Callable[..., Result], installed: Plugins) -> None:
    """All are skipped: 5, and no advice."""
    installed.add(
        "absent",
        "@hookimpl\ndef bench_train(trial, session):\n    raise Skip('it is not here')\n",
    )
    done = advise("--strategy", "absent", "--cores", "1")
    assert done.exit_code == 5, done.output
    assert "nothing could run here" in done.stderr
