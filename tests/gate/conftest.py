"""A throw-away git repository with a tiny package of strategies, which the real gate measures."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "bench-spin"
version = "1.0"
dependencies = ["tf-spark-bench"]

[project.entry-points.bench]
{entries}

[tool.hatch.build.targets.wheel]
only-include = [{files}]
"""
# Work, not sleep: a sleeping process is not slowed down by what slows down a working one.
SPIN = '''
"""Work in pure Python, of an amount that is known."""

from bench import Strategy, hookimpl


@hookimpl
def bench_strategy():
    return Strategy(family="control")


@hookimpl
def bench_train(trial):
    with trial.phase("load"):
        spin({load})
    spin({work})


def spin(rounds):
    total = 0
    for number in range(rounds):
        total += number * number
    return total
'''


class Repository:
    """A package of strategies in a git repository of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        """Call git in it and return what it prints."""
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, strategies: dict[str, str]) -> str:
        """Commit exactly these strategies, given as source by name, and return the commit."""
        for old in self.path.glob("*.py"):
            old.unlink()
        for name, source in strategies.items():
            (self.path / f"tiny_{name}.py").write_text(source)
        entries = "\n".join(f'{name} = "tiny_{name}"' for name in strategies)
        files = ", ".join(f'"tiny_{name}.py"' for name in strategies)
        (self.path / "pyproject.toml").write_text(PYPROJECT.format(entries=entries, files=files))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "strategies")
        return self.git("rev-parse", "HEAD")


def spin(work: int, load: int = 1000) -> str:
    """Return the source of a strategy that does so many rounds of work."""
    return SPIN.format(work=work, load=load)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "repository")


Gate = Callable[..., subprocess.CompletedProcess[str]]


def run_gate(
    bench_command: list[str], repository: Repository, out: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the real `bench gate` in a repository."""
    return subprocess.run(
        [*bench_command, "gate", "--out", str(out), *arguments],
        cwd=repository.path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.fixture
def gate(repository: Repository, bench_command: list[str], tmp_path: Path) -> Gate:
    """Run the real `bench gate` in the repository; its night is in the directory `night`."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_gate(bench_command, repository, tmp_path / "night", *arguments)

    return run
