"""Another environment is asked what it has, and is given what it understands."""

import json
import sys
import venv
from dataclasses import fields
from pathlib import Path

import pytest

from bench.errors import GateError
from bench.gate.arms import arms, environments
from bench.model import Dataset, Trial
from bench.trial.wire import write_trial
from tests.gate.made import case

pytestmark = pytest.mark.every_python


def test_an_environment_says_what_it_has():
    """The answer has the strategies with their facts, the environment, and the fields that its worker knows."""
    arm = arms.ask("baseline", "here", sys.executable, cores=1)
    assert arm.offers["null"].strategy.family == "control"
    assert arm.offers["xgboost_spark"].strategy.distributed
    assert arm.offers["xgboost_spark"].tasks == ("train", "predict")
    assert arm.environment["cores"] == 1
    assert arm.worker.trial_fields == {field.name for field in fields(Trial)}
    assert arm.worker.dataset_fields == {field.name for field in fields(Dataset)}


def test_a_plugin_that_breaks_the_contract_is_an_offer_with_a_reason(installed, monkeypatch):
    """A broken plugin is news of that plugin, and does not keep the others from being measured."""
    installed.add("broken", "raise ValueError('out of luck')\n")
    monkeypatch.setattr(arms, "MISLEADING", ())
    arm = arms.ask("baseline", "here", sys.executable, cores=1)
    assert arm.offers["broken"].strategy is None
    assert "out of luck" in arm.offers["broken"].missing
    assert arm.offers["null"].strategy is not None


def test_no_code_gets_in_by_the_environments_variables(installed):
    """A PYTHONPATH that points to one revision's code would put it into both arms: it is not handed on."""
    installed.add("stray", "")
    arm = arms.ask("baseline", "here", sys.executable, cores=1)
    assert "stray" not in arm.offers
    assert "PYTHONPATH" not in arm.worker.environ


def test_an_environment_without_bench_is_refused(tmp_path):
    """A Python that has no bench, and a path that is no Python, are refused in a sentence that says which."""
    venv.create(tmp_path / "empty", with_pip=False)
    with pytest.raises(GateError, match=r"does not say what it has.*No module named 'bench'"):
        arms.ask("candidate", "empty", str(tmp_path / "empty" / "bin" / "python"), cores=1)
    with pytest.raises(GateError, match="cannot be started"):
        arms.ask("candidate", "none", str(tmp_path / "none"), cores=1)


def test_code_that_is_not_of_the_revision_is_refused(tmp_path):
    """An arm that runs no code of its revision would be compared with itself."""
    with pytest.raises(GateError, match="comes from this repository"):
        arms.ask("baseline", "main", sys.executable, cores=1, code=tmp_path)


def test_an_older_worker_gets_only_what_it_knows(tmp_path):
    """A trial is written with the fields that its reader knows, of the trial and of the dataset."""
    trial = case().baseline.trial
    write_trial(tmp_path / "trial.json", trial, {"strategy", "dataset"}, {"name", "path"})
    assert json.loads((tmp_path / "trial.json").read_text()) == {
        "strategy": "mine",
        "dataset": {"name": "tiny", "path": "/tiny"},
    }


def test_the_uv_that_runs_the_gate_is_found(tmp_path, monkeypatch):
    """Where uv is neither in the environment nor on the path, the one that started the gate is taken; else none."""
    program = tmp_path / "elsewhere" / "uv"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >"$0.said"\n')
    program.chmod(0o755)
    monkeypatch.setattr(environments.sysconfig, "get_path", lambda _name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV", str(program))
    environments._uv("venv", "there")
    assert (tmp_path / "elsewhere" / "uv.said").read_text() == "venv there\n"
    monkeypatch.delenv("UV")
    with pytest.raises(GateError, match="uv, which is not here"):
        environments._uv("venv", "there")


PROJECT = """
[project]
name = "{name}"
version = "{version}"
dependencies = ["{dependency}"]
[tool.uv.sources]
local = {{ path = "local" }}
"""


def _project(directory: Path, *, version: str = "1", dependency: str = "numpy", local: str = "") -> Path:
    (directory / "local").mkdir(parents=True)
    (directory / "local" / "build.py").write_text(local)
    (directory / "pyproject.toml").write_text(PROJECT.format(name="mine", version=version, dependency=dependency))
    return directory


def test_what_asks_for_the_same_packages_may_share_them(tmp_path):
    """The revision's own version does not matter; another dependency, or another source of a local one, does."""
    one = environments.requirements(_project(tmp_path / "one"))
    assert environments.requirements(_project(tmp_path / "two", version="2")) == one
    assert environments.requirements(_project(tmp_path / "three", dependency="numpy<2")) != one
    assert environments.requirements(_project(tmp_path / "four", local="other")) != one
