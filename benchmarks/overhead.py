"""Prints the time that `bench` adds to training: `uv run python benchmarks/overhead.py [ROUNDS]`.

The phase `train` of a trial against the same hooks called by a plain script in a fresh process on the same cores,
which has no clock, no probe and no parent that watches. Run it on a quiet machine; a round takes about a minute on 2
cores.
"""

from __future__ import annotations

import sys

import pairs

from bench.machine.limits import cores_available
from bench.request import Request

STRATEGIES = ("tensorflow", "xgboost")
TARGET = 1.03
SCRIPT = """
import importlib, os, sys, time
from dataclasses import replace
from pathlib import Path
from bench import plugins
from bench.trial.wire import read_trial
trial = replace(read_trial(Path(sys.argv[1]), None), clock=None)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: trial.cores])
strategy = importlib.import_module(plugins.module_of(trial.strategy))
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
    request = Request(cores=cores_available())
    pairs.print_ratios(pairs.measure(request, STRATEGIES, rounds, lambda _: [sys.executable, "-c", SCRIPT]), TARGET)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
