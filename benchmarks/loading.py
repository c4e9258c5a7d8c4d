"""Prints how loading compares with pyarrow's `read_table` alone: `uv run python benchmarks/loading.py [ROUNDS]`.

Both read the same columns of the same train split, from a warm page cache, on the same threads, each in a fresh
process; rounds are interleaved. Ours ends in one float32 matrix, `read_table` in Arrow columns. Run it on a quiet
machine; it takes about a minute and 700 MB of disk.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.datasets.makers.synthetic import make_synthetic
from bench.machine.limits import cores_available

ROWS, FEATURES = 5_000_000, 28
TARGETS = {"wall": 1.5, "memory": 2.2}
# A child measures seconds and the growth of its peak memory, of the reading alone.
CHILD = """
import json, psutil, resource, sys, time
import pyarrow as pa
from bench.datasets import open_dataset
from bench import rows
import pyarrow.fs, pyarrow.parquet
dataset, threads = open_dataset(sys.argv[1]), int(sys.argv[2])
pa.set_cpu_count(threads)
before, start = psutil.Process().memory_info().rss, time.perf_counter()
result = {reading}
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before]))
"""
READINGS = {
    "read_table": "pa.parquet.read_table(dataset.split('train'), columns=[*dataset.features, dataset.label],"
    " partitioning=None)",
    "ours": "rows.open(dataset, 'train').matrix(threads)",
}


def main(rounds: int) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each.
    """
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in READINGS}
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
        os.environ["BENCH_DATA"] = home
        dataset = make_synthetic(ROWS, FEATURES, name="loading").dataset
        for _ in range(rounds):
            for name, reading in READINGS.items():
                measured[name].append(_measure(reading, dataset.path))
    _print(measured, matrix=dataset.train_rows * FEATURES * 4)


def _measure(reading: str, path: str) -> tuple[float, float]:
    command = [sys.executable, "-c", CHILD.replace("{reading}", reading), path, str(cores_available())]
    wall, memory = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return wall, memory


def _print(measured: dict[str, list[tuple[float, float]]], matrix: int) -> None:
    print(f"matrix of {matrix / 2**20:.0f} MiB, {cores_available()} threads, n = {len(measured['read_table'])} each")
    print(f"{'':<14}{'median s':>10}{'fastest':>10}{'slowest':>10}{'memory / matrix':>17}")
    for name, values in measured.items():
        walls, memories = zip(*values, strict=True)
        figures = f"{statistics.median(walls):>10.3f}{min(walls):>10.3f}{max(walls):>10.3f}"
        print(f"{name:<14}{figures}{statistics.median(memories) / matrix:>17.2f}")
    ratios = [ours[0] / theirs[0] for ours, theirs in zip(measured["ours"], measured["read_table"], strict=True)]
    memory = statistics.median(memory for _, memory in measured["ours"]) / matrix
    print(f"wall ratio, median of rounds: {statistics.median(ratios):.2f} (target: at most {TARGETS['wall']})")
    print(f"peak memory / matrix: {memory:.2f} (target: at most {TARGETS['memory']})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
