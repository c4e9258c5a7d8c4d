"""Prints whether the gate raises false alarms and finds a slowdown, in a night of many controls, one of them changed.

Makes a repository with a package of strategies that work for 0.3 s in pure Python, and two commits: all the same but
one strategy, which does 20 % more work. Then `bench gate` compares the two. No unchanged one may be confirmed as
slower; the changed one must be found, or be inconclusive where the noise is above 8 %. With 40 controls it takes about
8 minutes.

    python benchmarks/gate.py [CONTROLS] [DIRECTORY]
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import UsageError
from bench.gate.verdict import verdict
from bench.stats.looks import noise

SECONDS, MORE, NOISY = 0.3, 1.2, 0.08
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "bench-controls"
version = "1.0"
dependencies = ["tf-spark-bench"]
[project.entry-points.bench]
{entries}
[tool.hatch.build.targets.wheel]
only-include = ["controls"]
"""
STRATEGY = '''"""A control that works."""

from bench import Strategy, hookimpl


@hookimpl
def bench_strategy():
    return Strategy(family="control")


@hookimpl
def bench_train():
    total = 0
    for number in range({rounds}):
        total += number * number
    return total
'''


def main() -> int:
    """Run the night, print its findings, and return 1 if they are wrong."""
    controls = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary, "night")
        repository = Path(temporary, "repository")
        rounds = _rounds(SECONDS)
        names = [f"control{number:02}" for number in range(controls)]
        repository.mkdir()
        _git(repository, "init", "--quiet")
        for planted in (rounds, int(rounds * MORE)):
            _commit(repository, {**dict.fromkeys(names, rounds), "planted": planted})
        began = time.monotonic()
        command = [str(Path(sysconfig.get_path("scripts"), "bench")), "gate", "--baseline", "HEAD~1", "--data", _data()]
        subprocess.run([*command, "--out", str(directory)], cwd=repository, check=False)
        print(f"{time.monotonic() - began:.0f} s")
        return _judge(verdict.read(directory))


def _judge(document: verdict.Document) -> int:
    entries = {entry["case"]["strategy"]: entry for entry in document["cases"]}
    planted = entries.pop("planted")
    print("controls:", dict(Counter(entry["verdict"] for entry in entries.values())))
    print(
        f"runs: {sum(entry['runs'] for entry in document['cases'])}, of which repeated for noise: "
        f"{sum(entry['retries'] for entry in document['cases'])}"
    )
    noises = {name: _noise(entry) for name, entry in (*entries.items(), ("planted", planted))}
    print(f"noise (CV): median {np.median(list(noises.values())):.1%}, largest {max(noises.values()):.1%}")
    print(f"20 % more work: {planted['verdict']} (CV {noises['planted']:.1%}): {planted['reason']}")
    wolf = [name for name, entry in entries.items() if entry["verdict"] == "regression"]
    found = planted["verdict"] == "regression" or (planted["verdict"] == "inconclusive" and noises["planted"] > NOISY)
    for name in wolf:
        print(f"{name} was confirmed as slower, and did not change: {entries[name]['reason']}")
    return int(bool(wolf) or not found)


def _noise(entry: dict) -> float:
    arms = [np.array([[pair[arm] for pair in entry["pairs"]]]) for arm in ("baseline_s", "candidate_s")]
    return float(noise(*arms)[0])


def _rounds(seconds: float) -> int:
    """Return the rounds of work that take about so long here."""
    rounds, total = 1_000_000, 0
    began = time.perf_counter()
    for number in range(rounds):
        total += number * number
    return int(rounds * seconds / (time.perf_counter() - began))


def _data() -> str:
    with contextlib.suppress(UsageError):  # it was made before
        make_synthetic(2000, 4, name="gate-controls")
    return "gate-controls"


def _commit(repository: Path, strategies: dict[str, int]) -> None:
    package = repository / "controls"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text("")
    for name, rounds in strategies.items():
        (package / f"{name}.py").write_text(STRATEGY.format(rounds=rounds))
    entries = "\n".join(f'{name} = "controls.{name}"' for name in strategies)
    (repository / "pyproject.toml").write_text(PYPROJECT.format(entries=entries))
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message", "controls")


def _git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
