"""Prints the cost of the harness itself: a trial that does nothing, grading, and the command line's start.

Run on a quiet machine: ``uv run python benchmarks/harness.py``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import PredictionWriter, plugins
from bench.datasets.makers.synthetic import make_synthetic
from bench.request import Request
from bench.runs import plan
from bench.trial import quality, runner

ROUNDS = 15
GRADED_ROWS = 1_000_000


def main() -> None:
    """Measure everything in interleaved rounds and print medians."""
    with tempfile.TemporaryDirectory() as directory:
        subjects = _subjects(Path(directory))
        seconds: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(ROUNDS):
            for name, subject in subjects.items():
                seconds[name].append(_timed(subject))
    table = Table("what", "median", "fastest", "slowest", "target", box=None, title=f"{ROUNDS} interleaved rounds")
    targets = {"bench --help": "0.20 s", "bench list": "0.60 s", "null trial": "0.20 s", "grading 1 M rows": "0.50 s"}
    for name, values in seconds.items():
        figures = [f"{figure:.3f} s" for figure in (statistics.median(values), min(values), max(values))]
        table.add_row(name, *figures, targets.get(name, ""))
    Console().print(table)


def _subjects(directory: Path) -> dict[str, Callable[[], object]]:
    script = str(Path(sysconfig.get_path("scripts"), "bench"))
    os.environ["BENCH_DATA"] = str(directory)
    dataset = make_synthetic(5 * GRADED_ROWS, features=2).dataset
    predictions = _predictions(directory, dataset.split("test"))
    planned = plan.make(Request(), {"null": plugins.load("null").strategy}, dataset)[0]
    return {
        "python -c pass": lambda: _run(sys.executable, "-c", "pass"),
        "bench --help": lambda: _run(script, "--help"),
        "bench list": lambda: _run(script, "list"),
        "null trial": lambda: runner.run(
            planned, run_name="benchmark", environment="", log=directory / "log", timeout_s=60
        ),
        "grading 1 M rows": lambda: quality.grade(dataset, ("test",), predictions),
    }


def _predictions(directory: Path, split: str) -> Path:
    import numpy as np
    import pyarrow.parquet as pq

    row_ids = pq.read_table(split, columns=["row_id"], partitioning=None)["row_id"].to_numpy()
    generator = np.random.default_rng(0)
    with PredictionWriter(directory / "predictions.parquet") as writer:
        writer.write(generator.permutation(row_ids), generator.random(len(row_ids)))
    return writer.path


def _timed(subject: Callable[[], object]) -> float:
    began = time.perf_counter()
    subject()
    return time.perf_counter() - began


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
