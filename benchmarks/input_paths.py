"""Prints how fast rows get from Parquet into a float32 matrix: `uv run python benchmarks/input_paths.py [ROUNDS]`.

Our way, against the ways that tutorials show: `collect()` and `toPandas()` to the driver, and Petastorm's
`make_batch_reader`, if it can be imported here. All read the same train split, from a warm page cache, on the same
cores, and end in one matrix of features; Spark's start is not counted. Rounds are interleaved, each reading in a
fresh process. Run it on a quiet machine; a round takes about a minute on 2 cores.
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

ROWS, FEATURES = 250_000, 28
SPARK = """
import os
from pyspark.sql import SparkSession
from bench.spark import java
os.environ["JAVA_HOME"] = str(java.write_shim(java.find(), pathlib.Path(scratch)))
os.environ["PYSPARK_PYTHON"] = sys.executable
builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.memory", "6g").config("spark.driver.bindAddress", "127.0.0.1")
spark = builder.config("spark.driver.host", "127.0.0.1").config("spark.log.level", "ERROR").getOrCreate()
spark.range(1).count()
rows = spark.read.parquet(dataset.split("train")).select(*dataset.features)
"""
# For each way, the code before the clock starts and the expression that is measured.
WAYS = {
    "row groups into a matrix (ours)": (
        "from bench import rows\nrows.import_libraries(cores)",
        "rows.open(dataset, 'train').matrix(cores)[0]",
    ),
    "toPandas() with Arrow": (
        SPARK + "spark.conf.set('spark.sql.execution.arrow.pyspark.enabled', 'true')",
        "rows.toPandas().to_numpy(np.float32)",
    ),
    "toPandas() without": (SPARK, "rows.toPandas().to_numpy(np.float32)"),
    "VectorAssembler, collect()": (
        SPARK + "from pyspark.ml.feature import VectorAssembler\n"
        "rows = VectorAssembler(inputCols=list(dataset.features), outputCol='x').transform(rows).select('x')",
        "np.array([row.x.toArray() for row in rows.collect()], np.float32)",
    ),
    "Petastorm, make_batch_reader": (
        "from petastorm import make_batch_reader",
        "np.concatenate([np.column_stack([getattr(batch, name) for name in dataset.features]) for batch in "
        "make_batch_reader('file://' + dataset.split('train'), num_epochs=1, shuffle_row_groups=False)])",
    ),
}
CHILD = """
import json, pathlib, sys, time
import numpy as np
from bench.datasets import open_dataset
dataset, cores, scratch = open_dataset(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
{before}
start = time.perf_counter()
matrix = {reading}
seconds = time.perf_counter() - start
assert matrix.shape == (dataset.train_rows, len(dataset.features)), matrix.shape
print(json.dumps(seconds))
"""


def main(rounds: int) -> None:
    """Measure in interleaved rounds and print rows per second.

    Args:
        rounds: Number of measurements of each.
    """
    measured: dict[str, list[float]] = {way: [] for way in WAYS}
    refused: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as home:
        os.environ["BENCH_DATA"] = home
        dataset = make_synthetic(ROWS, FEATURES, name="input").dataset
        for _ in range(rounds):
            for way in WAYS.keys() - refused.keys():
                seconds, error = _measure(way, dataset.path, home)
                if seconds is None:
                    refused[way] = error
                else:
                    measured[way].append(dataset.train_rows / seconds)
    print(f"{dataset.train_rows:,} rows of {FEATURES} features, {cores_available()} cores")
    print(f"{'':<36}{'n':>4}{'median rows/s':>16}{'lowest':>14}{'highest':>14}")
    for way, rates in measured.items():
        if way in refused:
            print(f"{way:<36}   - does not run here: {refused[way]}")
        else:
            figures = (statistics.median(rates), min(rates), max(rates))
            print(f"{way:<36}{len(rates):>4}{figures[0]:>16,.0f}{figures[1]:>14,.0f}{figures[2]:>14,.0f}")


def _measure(way: str, path: str, scratch: str) -> tuple[float | None, str]:
    """Return the seconds of one reading; or None, and the last line of its output."""
    before, reading = WAYS[way]
    code = CHILD.replace("{before}", before).replace("{reading}", reading)
    command = [sys.executable, "-c", code, path, str(cores_available()), str(Path(scratch, "java"))]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        return None, answer.stderr.strip().splitlines()[-1]
    return float(json.loads(answer.stdout)), ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
