"""Prints how the layout of files changes how a dataset is read: `uv run python benchmarks/file_layout.py [ROWS [N]]`.

The same rows are laid out in different numbers of files and sizes of row groups, and W processes read a share each
into a float32 matrix, from a warm page cache. What counts is the CPU time of all of them: the wall time, of the
slowest, says something on a quiet machine only. It takes a few minutes, and 700 MB of disk for 4,000,000 rows.
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

FEATURES = 28
FILES = (1, 16, 256)
GROUP_ROWS = (8_192, 65_536, 262_144, 1_048_576)
WORKERS = (1, 2, 4)
# A child measures its CPU time and its seconds, of the reading alone, imports left out.
CHILD = """
import json, sys, time
from bench import rows
from bench.datasets import open_dataset
import pyarrow.fs, pyarrow.parquet
dataset, rank, world = open_dataset(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
begun, start = time.process_time(), time.perf_counter()
rows.open(dataset, "train").shard(rank, world).matrix(1)
print(json.dumps([time.process_time() - begun, time.perf_counter() - start]))
"""


def main(rows: int, rounds: int) -> None:
    """Make each layout, measure it and take it away again.

    Args:
        rows: Rows of the dataset.
        rounds: Measurements of each layout and number of workers.
    """
    print(f"{rows:,} rows, {FEATURES} features, {os.cpu_count()} cores, medians of {rounds}")
    print(f"{'files':>6}{'row group':>12}{'MB a file':>11}{'groups':>8}", end="")
    print("".join(f"{f'CPU s, W={workers}':>13}{f's, W={workers}':>9}" for workers in WORKERS))
    for files in FILES:
        for group_rows in GROUP_ROWS:
            if files * group_rows > 2 * rows:
                continue  # a file has at least one row group
            with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
                os.environ["BENCH_DATA"] = home
                manifest = make_synthetic(rows, FEATURES, files, group_rows=group_rows, name="layout")
                trained = [file for file in manifest.files if file.path.startswith("split=train")]
                groups, size = sum(file.row_groups for file in trained), trained[0].bytes / 1e6
                figures = [_measured(manifest.dataset.path, workers, rounds) for workers in WORKERS]
            print(f"{files:>6}{group_rows:>12,}{size:>11.1f}{groups:>8}", end="")
            print("".join(f"{cpu:>13.2f}{wall:>9.2f}" for cpu, wall in figures))


def _measured(path: str, workers: int, rounds: int) -> tuple[float, float]:
    """Return the CPU seconds of all workers and the seconds of the slowest, medians of rounds."""
    found = []
    for _ in range(rounds):
        commands = [[sys.executable, "-c", CHILD, path, str(rank), str(workers)] for rank in range(workers)]
        readers = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]
        measured = [json.loads(reader.communicate()[0]) for reader in readers]
        found.append((sum(cpu for cpu, _ in measured), max(wall for _, wall in measured)))
    return statistics.median(cpu for cpu, _ in found), statistics.median(wall for _, wall in found)


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 4_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
