"""The script that every nightly job runs: the gate, the trend, what there is to look at, and the exit code."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.model import Dataset
from bench.trend.history import open_history
from tests.gate.conftest import Repository, spin

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "nightly" / "night.sh"


@pytest.fixture
def run(
    repository: Repository, bench_command: list[str], tiny: Dataset
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the script in the repository, with the strategy ``spin``."""
    path = f"{Path(bench_command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    wanted = {"BENCH_STRATEGIES": "spin", "BENCH_DATASET": tiny.path, "BENCH_BUDGET": "2m", "PATH": path}

    def call(**environ: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, **wanted, **environ}
        return subprocess.run(
            ["bash", str(SCRIPT)], cwd=repository.path, env=settings, capture_output=True, text=True, check=False
        )

    return call


def test_a_night_leaves_a_verdict_a_trend_and_a_summary(
    repository: Repository, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Of a thing against itself: both reports in one summary, one night in the history, a notice, and exit code 0."""
    reference = repository.commit({"spin": spin(200_000)})
    repository.commit({"spin": spin(200_000)})
    (repository.path / ".ci").mkdir()
    (repository.path / ".ci" / "reference").write_text(reference + "\n")
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    out = repository.path / "nightly"
    assert {path.name for path in out.iterdir()} == {"gate", "trend", "summary.md", "notice.txt"}
    assert (out / "notice.txt").read_text() == "No slowdown.\n"
    summary = (out / "summary.md").read_text()
    assert "## Trend" in summary
    assert summary.count("spin") >= 2
    (night,) = open_history(str(repository.path / "history")).nights()
    assert night.reference == reference


def test_a_night_that_cannot_begin_says_why(
    repository: Repository, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """An unknown reference is the gate's sentence and exit code; the notice is there, and no night."""
    repository.commit({"spin": spin(200_000)})
    done = run(BENCH_REFERENCE="nowhere")
    assert done.returncode == 2
    assert "'nowhere' is no revision of this repository" in done.stderr
    assert (repository.path / "nightly" / "notice.txt").read_text().startswith("The night could not be judged")
    assert not (repository.path / "history").exists()


def test_a_night_needs_a_reference(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Without a pinned revision nothing is measured."""
    done = run()
    assert done.returncode == 2
    assert "Set BENCH_REFERENCE to the revision that every night is compared with." in done.stderr
