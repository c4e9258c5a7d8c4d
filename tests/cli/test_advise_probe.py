"""`bench advise probe`: the strategies of an answer again, and runs that are packed."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from bench.advise.advice import SizeQuestion, advise
from bench.advise.document import as_document
from bench.cli import main
from bench.records.directory import latest, read_run
from bench.records.reading import read
from tests.advise.clusters import Cluster
from tests.advise.measured import Maker, fast, ladder
from tests.conftest import Plugins
from tests.report.made import write_run

ASKED = SizeQuestion(1e7)
LEARNS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='mlp', networks=True)\n"
REQUEST = {"trees": 3, "depth": 3, "workers": [1], "strategies": ["*"]}


def call(*arguments: object) -> Result:
    """Call `bench advise`."""
    return CliRunner().invoke(main, ["advise", *map(str, arguments)])


def advice_file(tmp_path: Path) -> Path:
    """Make an answer in which xgboost has a forecast and lightgbm failed."""
    makers = {"xgboost": Maker(fast), "lightgbm": Maker(fast, status={1_600_000: "failed"})}
    runs = [write_run(run) for run in ladder(makers, path=tmp_path / "ladder", request=REQUEST)]
    path = tmp_path / "advice.json"
    sources = [part for run in runs for part in ("--from", run)]
    done = call(*sources, "--rows", "1e7", "--out", path)
    assert done.exit_code == 0, done.output
    return path


def test_it_runs_what_the_answer_needs(tmp_path: Path, home: Path) -> None:
    """Strategies and settings are those of the answer; the file has the trials, as `--probe` takes them."""
    assert CliRunner().invoke(main, ["data", "make", "synthetic", "--rows", "2e3", "--features", "3"]).exit_code == 0
    (data,) = home.iterdir()
    out = tmp_path / "there.json"
    asked = (
        "--for",
        advice_file(tmp_path),
        "--data",
        data.name,
        "--cores",
        1,
        "--results",
        tmp_path / "runs",
        "--out",
        out,
    )
    done = call("probe", *asked)
    assert done.exit_code == 0, done.output
    (run,) = read([out], tmp_path)
    ended = {(record["trial"]["strategy"], record["status"]) for record in run.records}
    assert ended == {("xgboost", "ok"), ("null", "ok")}  # the control is in every run
    assert (run.run["request"]["trees"], run.run["environment"]["cores"]) == (3, 1)


def test_a_network_may_lie_elsewhere_there(tmp_path: Path, home: Path, installed: Plugins) -> None:
    """The answer names its file on the machine that was asked; the probe's own is named by the same option."""
    assert CliRunner().invoke(main, ["data", "make", "synthetic", "--rows", "2e3", "--features", "3"]).exit_code == 0
    (data,) = home.iterdir()
    installed.add("learner", "@hookimpl\ndef bench_train():\n    raise Skip('it is not here')\n", LEARNS)
    answer = as_document(advise(ladder({"learner": Maker(fast)}, request=REQUEST), ASKED))
    answer["question"]["request"] |= {"network": "/gone/nets.py:build", "network_args": ["width=8"]}
    (tmp_path / "advice.json").write_text(json.dumps(answer))
    asked = ("--for", tmp_path / "advice.json", "--data", data.name, "--results", tmp_path / "runs", "--out", "x.json")
    gone = call("probe", *asked)
    assert gone.exit_code == 2, gone.output
    assert "--network /gone/nets.py:build cannot be read" in gone.output
    (tmp_path / "nets.py").write_text("def build(input_dim, width: int = 4):\n    raise SystemExit\n")
    assert call("probe", *asked, "--network", f"{tmp_path / 'nets.py'}:build").exit_code == 5
    run = read_run(latest(tmp_path / "runs"))
    given = next(trial["network"] for trial in run.run["plan"] if trial["strategy"] == "learner")
    assert (given["name"], given["arguments"]) == ("nets.py:build", {"width": 8})


def test_another_cluster_is_named(tmp_path: Path, home: Path) -> None:
    """An answer of a cluster is probed on one that --master names, with a core for each worker."""
    assert CliRunner().invoke(main, ["data", "make", "synthetic", "--rows", "2e3", "--features", "3"]).exit_code == 0
    (data,) = home.iterdir()
    answer = as_document(advise(Cluster(lambda rows, workers: 2 + 1e-5 * rows / workers).runs("xgboost"), ASKED))
    answer["question"]["request"] |= {"trees": 3, "depth": 3}
    (tmp_path / "advice.json").write_text(json.dumps(answer))
    out = tmp_path / "there.json"
    asked = ("--for", tmp_path / "advice.json", "--data", data.name, "--results", tmp_path / "runs", "--out", out)
    refused = call("probe", *asked)
    assert refused.exit_code == 2, refused.output
    assert "is of a cluster: name the one to probe with --master" in refused.output
    done = call("probe", *asked, "--master", "spark://other:7077")
    assert done.exit_code == 0, done.output
    (run,) = read([out], tmp_path)
    assert (run.run["request"]["master"], run.run["environment"]["cores"]) == ("spark://other:7077", 3)


def test_runs_are_packed(tmp_path: Path) -> None:
    """What was run by hand there will do as well."""
    runs = [write_run(run) for run in ladder({"xgboost": Maker(fast)}, (1000, 2000), path=tmp_path / "runs")]
    done = call(
        "probe", "--from", runs[0].name, "--from", runs[1], "--results", tmp_path / "runs", "--out", tmp_path / "p.json"
    )
    assert done.exit_code == 0, done.output
    assert len(json.loads((tmp_path / "p.json").read_text())["runs"]) == 2


def test_what_it_cannot_do(tmp_path: Path) -> None:
    """Nothing to run, an answer that is none, and a place that cannot be written: one sentence each, exit code 2."""
    out = tmp_path / "p.json"
    assert "Give --for ADVICE.json and --data TABLE" in call("probe", "--out", out).output
    (tmp_path / "no.json").write_text("{}")
    for name in ("no.json", "nowhere.json"):
        done = call("probe", "--for", tmp_path / name, "--data", "x", "--out", out)
        assert done.exit_code == 2, done.output
        assert "is no answer of `bench advise`" in done.output
    runs = [write_run(run) for run in ladder({"xgboost": Maker(fast)}, (1000,), path=tmp_path / "runs")]
    done = call("probe", "--from", runs[0], "--out", tmp_path / "no" / "p.json")
    assert done.exit_code == 2
    assert "choose another --out" in done.output
