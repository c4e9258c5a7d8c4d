"""A strategy out of a package of its own takes part: the example that plugin authors copy, really installed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent / "example_plugin"
Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example's wheel and install it into a directory of its own; needs no network."""
    directory = tmp_path_factory.mktemp("example")
    source, target = directory / "source", directory / "site"
    shutil.copytree(EXAMPLE, source)
    options = ["--offline", "--no-deps", "--no-build-isolation", "--no-config", "--python", sys.executable]
    command = [sys.executable, "-m", "uv", "pip", "install", *options, "--target", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return target


@pytest.fixture
def plugin_path(site: Path) -> str:
    """Return a PYTHONPATH on which the example is installed."""
    return os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))


def test_bench_list_shows_it(bench: Bench, plugin_path: str) -> None:
    """Installing a package with an entry point is all that it takes to be listed."""
    assert "sgd" not in bench("list").stdout.split()
    answer = bench("list", PYTHONPATH=plugin_path)
    assert answer.returncode == 0, answer.stderr
    assert "sgd" in answer.stdout.split()


def test_bench_run_runs_it(bench: Bench, plugin_path: str) -> None:
    """It runs like a built-in strategy, and its answer is graded like theirs."""
    made = bench("data", "make", "synthetic", "--rows", "20000", "--features", "8", "--name", "example")
    assert made.returncode == 0, made.stderr
    answer = bench("run", "--strategy", "sgd", "--data", "example", "--json", PYTHONPATH=plugin_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    records = {record["trial"]["strategy"]: record for record in map(json.loads, answer.stdout.splitlines())}
    assert records["sgd"]["status"] == "ok"
    assert records["sgd"]["quality"]["auc"] > 0.7


def test_it_passes_the_tests_that_it_inherits(plugin_path: str, tmp_path: Path) -> None:
    """The example's own test, the one that authors copy, passes."""
    shutil.copy(EXAMPLE / "test_bench_sgd.py", tmp_path)
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-Werror", "test_bench_sgd.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": plugin_path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    assert "7 passed, 11 skipped" in answer.stdout
