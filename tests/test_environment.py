"""What a record says of the machine, the stack and the commit."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import environment
from bench.machine import host

pytestmark = pytest.mark.every_python


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """Return the environment of this very process."""
    return environment.describe(cores=2)


def test_it_survives_json_and_keeps_its_fingerprint(described: dict[str, Any]) -> None:
    """What is read back from a run has the fingerprint that it was written with."""
    read = json.loads(json.dumps(described))
    assert read == described
    assert environment.fingerprint(read) == described["fingerprint"]


def test_it_names_the_stack(described: dict[str, Any]) -> None:
    """Bench itself and all that its strategies require are there with their versions."""
    assert described["subjects"] == ["tf-spark-bench"]
    assert {"tf-spark-bench", "numpy", "pyarrow", "pluggy"} <= described["versions"].keys()


def test_it_imports_no_framework() -> None:
    """Describing the stack reads versions and imports nothing of it."""
    program = "import sys; from bench import environment; environment.describe(1); print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "pyspark", "xgboost", "numpy", "pyarrow"} & set(answer.stdout.split())


def test_no_secret_and_no_host_name_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment variables, and not the machine's name, gets into a record."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    text = json.dumps(environment.describe(cores=1))
    assert "planted-secret" not in text
    assert json.dumps(os.uname().nodename) not in text


@pytest.mark.parametrize(
    "change",
    [
        {"cores": 7},
        {"python": "CPython 3.99.0"},
        {"java": {"version": "99", "source": "PATH", "has_vector_module": True}},
        {"host": {"cpu": "another"}},
        {"host": {"id": "another"}},
        {"host": {"gpus": ["NVIDIA H200, 143771 MiB, 550.1"]}},
        {"host": {"memory_bytes": 2**30}},
        {"versions": {"numpy": "99.0"}},
    ],
)
def test_what_makes_runs_incomparable_changes_the_fingerprint(
    described: dict[str, Any], change: dict[str, Any]
) -> None:
    """Another machine, other cores and other versions are another environment, and just that fact differs."""
    changed = _merge(described, change)
    assert environment.fingerprint(changed) != described["fingerprint"]
    before, after = environment.facts(described), environment.facts(changed)
    assert len([name for name in before if before[name] != after[name]]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"commit": {"id": "0" * 40, "dirty": True}},
        {"host": {"kernel": "99.0"}},
        {"versions": {"tf-spark-bench": "99.0"}},
    ],
)
def test_what_one_wants_to_compare_leaves_the_fingerprint(described: dict[str, Any], change: dict[str, Any]) -> None:
    """Two commits and two versions of the strategies can be compared."""
    assert environment.fingerprint(_merge(described, change)) == described["fingerprint"]


def test_a_commit_is_named_and_changes_make_it_dirty(tmp_path: Path) -> None:
    """The commit of a checkout is known, and whether the code is really that of the commit."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    assert environment.commit(tmp_path) is None
    (tmp_path / "file").write_text("1")
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "first"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert environment.commit(tmp_path) == {"id": head, "dirty": False}
    (tmp_path / "file").write_text("2")
    assert environment.commit(tmp_path) == {"id": head, "dirty": True}


def test_a_package_inside_some_repository_has_no_commit(tmp_path: Path) -> None:
    """A package that lies in an environment inside a repository is not that repository's code."""
    subprocess.run(["git", "-C", str(tmp_path), "init", "--quiet"], check=True)
    package = tmp_path / "site-packages"
    package.mkdir()
    assert environment.commit(package) is None


def test_gpus_are_those_of_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of nvidia-smi is a GPU; a tool that fails or is not there means none."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771 MiB, 550.54.15'\n")
    tool.chmod(0o755)
    assert host.gpus() == ("NVIDIA H200, 143771 MiB, 550.54.15",)
    tool.write_text("#!/bin/sh\necho 'No devices were found'; exit 6\n")
    assert host.gpus() == ()
    tool.unlink()
    if not shutil.which("nvidia-smi"):
        assert host.gpus() == ()


def _merge(described: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**value, **change[name]} if isinstance(value, dict) and name in change else change.get(name, value)
        for name, value in described.items()
    }
