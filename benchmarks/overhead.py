"""Prints what `bench` adds to training: `uv run python benchmarks/overhead.py [ROUNDS]`.

The phase `train` of a trial, as its record has it, against the same hooks called by a plain script in a fresh process
on the same cores, which has no clock, no probe and no parent that watches. Rounds are interleaved, and what comes
first alternates. Run it on a quiet machine; a round takes about a minute on 2 cores.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import plan, plugins, runner
from bench.datasets import ensure
from bench.limits import cores_available
from bench.plan import Planned
from bench.trialfile import write_trial

STRATEGIES = ("tensorflow", "xgboost")
TARGET = 1.03
TIMEOUT_S = 600.0
SCRIPT = """
import importlib, os, sys, time
from dataclasses import replace
from pathlib import Path
from bench.trialfile import read_trial
trial = replace(read_trial(Path(sys.argv[1]), None), clock=None)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: trial.cores])
strategy = importlib.import_module(f"strategies.{trial.strategy}")
session = strategy.bench_setup(trial)
start = time.perf_counter()
model = strategy.bench_train(trial, session)
print(time.perf_counter() - start)
"""


def main(rounds: int) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each.
    """
    request = plan.Request(cores=cores_available())
    facts = {name: plugins.load(name).strategy for name in STRATEGIES}
    planned = {item.trial.strategy: item for item in plan.make(request, facts, ensure())}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in STRATEGIES}
    with tempfile.TemporaryDirectory() as directory:
        for number in range(rounds):
            for name in STRATEGIES:
                seconds[name].append(_pair(planned[name], Path(directory), bench_first=number % 2 == 0))
    _print(seconds)


def _pair(planned: Planned, directory: Path, *, bench_first: bool) -> tuple[float, float]:
    """Return the seconds of training in a trial, and in a plain script."""
    if bench_first:
        trial = _in_bench(planned, directory)
        return trial, _in_a_script(planned, directory)
    script = _in_a_script(planned, directory)
    return _in_bench(planned, directory), script


def _in_bench(planned: Planned, directory: Path) -> float:
    record = runner.run(planned, run_name="overhead", environment="", log=directory / "log", timeout_s=TIMEOUT_S)
    if record["status"] != "ok":
        sys.exit(f"{planned.trial.strategy}: {record['status']}: {record['reason']}")
    return float(record["phases"]["train"])


def _in_a_script(planned: Planned, directory: Path) -> float:
    write_trial(directory / "trial.json", planned.trial)
    command = [sys.executable, "-c", SCRIPT, str(directory / "trial.json")]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    return float(json.loads(answer))


def _print(seconds: dict[str, list[tuple[float, float]]]) -> None:
    print(f"{'train phase':<14}{'n':>4}{'bench s':>10}{'script s':>10}{'ratio of medians':>18}{'median of ratios':>18}")
    for name, pairs in seconds.items():
        bench, script = (statistics.median(values) for values in zip(*pairs, strict=True))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        print(f"{name:<14}{len(pairs):>4}{bench:>10.3f}{script:>10.3f}{bench / script:>18.3f}{ratio:>18.3f}")
    print(f"target: at most {TARGET}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
