"""Prints what reading a table in place costs beside reading our copy: `uv run python benchmarks/in_place.py [ROUNDS]`.

Each reads the train split into one float32 matrix, from a warm page cache, on one core and in a process of its own;
rounds are interleaved. CPU seconds are those of the reading alone. A round takes a few seconds.

A table in place is decoded whole, though a fifth of its rows is for testing, and doubles have twice the bytes of
floats. In row groups of 31,250 rows pyarrow writes random doubles as a dictionary and places in it, which takes longer
to decode; in larger ones it gives the dictionary up.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS, FEATURES = 500_000, 28
TARGET = 1.2
TABLES = {"doubles": ("float64", 1), "doubles-in-16-groups": ("float64", 16), "floats": ("float32", 1)}
READ = """
import os, sys, time
from bench import rows
from bench.datasets import open_dataset
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
rows.import_libraries(1)
dataset = open_dataset(sys.argv[1])
rows.open(dataset, "test").matrix(1)
began = time.process_time()
rows.open(dataset, "train").matrix(1)
print(time.process_time() - began)
"""


def main(rounds: int) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each.
    """
    with tempfile.TemporaryDirectory() as home:
        os.environ["BENCH_DATA"] = home
        names = make(Path(home))
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(rounds):
            for name in names:
                done = subprocess.run([sys.executable, "-c", READ, name], capture_output=True, text=True, check=True)
                seconds[name].append(float(done.stdout))
    print(f"{ROWS:,} rows of {FEATURES} features, one core, n = {rounds}")
    for name, values in seconds.items():
        rate = 0.8 * ROWS / statistics.median(values)
        ratio = statistics.median(values) / statistics.median(seconds["copy"])
        print(
            f"{name:<22}{statistics.median(values):>8.3f} CPU s{rate:>14,.0f} rows per CPU s{ratio:>8.2f} of the copy"
        )
    print(f"target: at most {TARGET} of the copy")


def make(home: Path) -> tuple[str, ...]:
    """Write tables, import one and register all, and return the names of the datasets."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from bench.datasets.makers.ingest import import_parquet
    from bench.datasets.register.register import register_table

    generator = np.random.default_rng(0)
    values, labels = generator.normal(size=(FEATURES, ROWS)), generator.random(ROWS) < 0.5
    for name, (kind, groups) in TABLES.items():
        columns = {f"x{number}": column.astype(kind) for number, column in enumerate(values)}
        path = home / f"{name}.parquet"
        pq.write_table(pa.table({**columns, "label": labels}), path, row_group_size=ROWS // groups)
        register_table(str(path), "label", name=name)
    import_parquet(str(path), "label", name="copy")
    return "copy", *TABLES


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
