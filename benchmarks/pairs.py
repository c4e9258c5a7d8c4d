"""Measures the phase `train` of a trial, as its record has it, in pairs with a script that does the same work."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench import plugins
from bench.datasets import ensure
from bench.request import PlannedTrial, Request
from bench.runs import plan
from bench.trial import runner
from bench.trial.wire import write_trial

TIMEOUT_S = 900.0


def measure(
    request: Request, strategies: Sequence[str], rounds: int, script: Callable[[str], list[str]]
) -> dict[str, list[tuple[float, float]]]:
    """Return the seconds in a trial and in a script, in interleaved rounds; the first of a pair alternates.

    Args:
        request: The work, on the dataset `flights`.
        strategies: Their names.
        rounds: Number of measurements of each.
        script: The command of a strategy's script, without the last argument, which is the trial as JSON. Its last
            word is its seconds.
    """
    facts = {name: plugins.load(name).strategy for name in strategies}
    planned = {item.trial.strategy: item for item in plan.make(request, facts, ensure())}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in strategies}
    for number in range(rounds):
        for name in strategies:
            if number % 2:
                theirs = _in_a_script(planned[name], script(name))
                ours = _in_bench(planned[name])
            else:
                ours = _in_bench(planned[name])
                theirs = _in_a_script(planned[name], script(name))
            seconds[name].append((ours, theirs))
            print(f"round {number + 1}: {name} {ours:.3f} s, script {theirs:.3f} s", file=sys.stderr, flush=True)
    return seconds


def _in_bench(planned: PlannedTrial) -> float:
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "log")
        record = runner.run(planned, run_name="benchmark", environment="", log=log, timeout_s=TIMEOUT_S)
    if record["status"] != "ok":
        sys.exit(f"{planned.trial.strategy}: {record['status']}: {record['reason']}")
    return float(record["phases"]["train"])


def _in_a_script(planned: PlannedTrial, command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as directory:
        trial = replace(planned.trial, scratch=Path(directory))
        write_trial(Path(directory, "trial.json"), trial)
        threads = dict.fromkeys(runner.THREAD_VARIABLES, str(trial.threads_per_worker))
        answer = subprocess.run(
            [*command, str(Path(directory, "trial.json"))],
            cwd=directory,
            env={**os.environ, **threads},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        sys.exit(f"The script for {planned.trial.strategy} failed: {answer.stderr[-2000:]}")
    return float(answer.stdout.split()[-1])


def print_ratios(seconds: dict[str, list[tuple[float, float]]], target: float) -> None:
    """Print medians of both and their ratios.

    Args:
        seconds: Out of `measure`.
        target: The limit of a ratio.
    """
    print(f"{'train phase':<20}{'n':>4}{'bench s':>10}{'script s':>10}{'ratio of medians':>18}{'median of ratios':>18}")
    for name, pairs in seconds.items():
        bench, script = (statistics.median(values) for values in zip(*pairs, strict=True))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        print(f"{name:<20}{len(pairs):>4}{bench:>10.3f}{script:>10.3f}{bench / script:>18.3f}{ratio:>18.3f}")
    print(f"target: at most {target}")
