"""The script that every nightly job runs: the gate, the trend, what there is to look at, and the exit code."""

import os
import subprocess
from collections.abc import Callable
from itertools import pairwise
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
    wanted = {"BENCH_DATASET": tiny.path, "PATH": path}
    suites = "[suites.nightly]\nstrategy = 'spin'\nbudget = '2m'\n"
    (repository.path / "bench.toml").write_text(suites)

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


@pytest.fixture
def told(
    run: Callable[..., subprocess.CompletedProcess[str]], repository: Repository, tmp_path: Path
) -> Callable[..., list[str]]:
    """Run the script with a simulated `bench`, which only ends as it is told, and return the gate's arguments."""
    program = tmp_path / "bin" / "bench"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$1" = gate ] || exit "$TREND"\nprintf "%s\\n" "$@" >arguments\nexit "$GATE"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"

    def call(*, gate: int = 0, trend: int = 0, **environ: str) -> list[str]:
        done = run(PATH=path, GATE=str(gate), TREND=str(trend), BENCH_REFERENCE="v1", **environ)
        assert done.returncode == (gate or trend), done.stderr
        return (repository.path / "arguments").read_text().splitlines()

    return call


@pytest.mark.parametrize(
    ("gate", "trend", "notice"),
    [
        (0, 0, "No slowdown."),
        (0, 1, "The trend shows a slowdown"),
        (1, 1, "The gate confirms a slowdown"),
        (3, 0, "The gate could not tell."),
        (4, 0, "The gate finds worse answers"),
        (5, 0, "A case is missing, renamed or broken, or the gate could not measure."),
        (0, 2, "The night could not be judged"),
    ],
)
def test_each_exit_code_has_its_notice(
    told: Callable[..., list[str]], repository: Repository, gate: int, trend: int, notice: str
) -> None:
    """The one line that gets around says what was found, and no more than that."""
    told(gate=gate, trend=trend)
    assert (repository.path / "nightly" / "notice.txt").read_text().startswith(notice)


def test_what_is_not_set_comes_from_the_suite(told: Callable[..., list[str]]) -> None:
    """The gate gets the suite by its name, and of variables only those that are set."""
    arguments = told(BENCH_SUITE="weekly", BENCH_DATASET="", BENCH_THRESHOLD="5%")
    assert arguments == [
        *("gate", "--suite", "weekly", "--baseline", "v1", "--threshold", "5%", "--out", "nightly/gate"),
    ]


def test_strategies_may_stand_on_several_lines(told: Callable[..., list[str]]) -> None:
    """Names are told apart by blanks and by ends of lines."""
    arguments = told(BENCH_STRATEGIES="one two\n  three*\n")
    names = [name for option, name in pairwise(arguments) if option == "--strategy"]
    assert names == ["one", "two", "three*"]


def test_an_earlier_night_is_not_overwritten(
    run: Callable[..., subprocess.CompletedProcess[str]], repository: Repository
) -> None:
    """Where a night lies already, another one is refused before anything is measured or written."""
    (repository.path / "nightly").mkdir()
    (repository.path / "nightly" / "summary.md").write_text("precious")
    done = run(BENCH_REFERENCE="v1")
    assert done.returncode == 2
    assert "nightly is there already" in done.stderr
    assert [path.read_text() for path in (repository.path / "nightly").iterdir()] == ["precious"]
