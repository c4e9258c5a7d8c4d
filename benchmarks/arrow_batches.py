"""Prints CPU seconds of ways to bring rows to `map_in_arrow`: `python benchmarks/arrow_batches.py [ROUNDS]`.

Columns in batches of so many rows or bytes, one list for each row (Spark's arrays become Arrow's lists, whose values
are a matrix already), and columns without a model, which is the pipe alone; one task for each core, two at once, and
four, of which two are at work. Interleaved rounds on `flights`; CPU seconds of all processes that still run, so that
a round in which Spark replaces a Python shows nonsense, even less than nothing.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from bench import plugins
from bench.datasets import ensure
from bench.request import Request
from bench.rows import aligned_matrix
from bench.rows.arrays import allocate
from bench.runs import plan
from bench.trial import references, runner
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark

CORES, TASKS_AT_ONCE = 2, 2  # of the machine; for each core
RECORDS = "spark.sql.execution.arrow.maxRecordsPerBatch"
BYTES = "spark.sql.execution.arrow.maxBytesPerBatch"  # with another limit, whichever is met first


@dataclass(frozen=True)
class Way:
    """A way to bring rows to Python.

    Attributes:
        name: How it takes rows.
        records: Rows of a batch; 0 where there is no limit.
        mebibytes: Size of a batch; 0 where there is no limit.
        tasks: Tasks for each core.
    """

    name: str
    records: int = udf.RECORDS_PER_BATCH
    mebibytes: float = 0
    tasks: int = 1


WAYS = (
    *(Way("columns", records) for records in (4096, 16_384, 65_536)),
    *(Way("columns", 0, mebibytes) for mebibytes in (0.5, 2, 8, 32)),
    *(Way("columns", tasks=tasks) for tasks in (2, 4)),
    Way("lists"),
    Way("no model"),
)


def main(rounds: int) -> None:
    """Measure and print.

    Args:
        rounds: Number of measurements of each way, after one that warms up.
    """
    dataset = ensure("flights")
    facts = {"map_in_arrow": plugins.load("map_in_arrow").strategy}
    request = Request(task="predict", cores=CORES, workers=(CORES * TASKS_AT_ONCE,))
    planned = plan.make(request, facts, dataset, references.ensure(dataset))[0]
    with tempfile.TemporaryDirectory() as directory:
        trial = replace(runner.with_scratch(planned, Path(directory)).trial, clock=None)
        spark = udf.start(trial)
        shipped = ship(trial, spark, trial.model)
        names, schema = list(shipped.features), f"row_id long, score {gather.score_type(dataset)}"

        def of_columns(batches: Iterator[Any]) -> Iterator[Any]:
            score = shipped.load_in_place()
            for rows in batches:
                yield answer(rows, score(aligned_matrix([rows[name].to_numpy() for name in names])))

        def of_lists(batches: Iterator[Any]) -> Iterator[Any]:
            score = shipped.load_in_place()
            for rows in batches:
                matrix = allocate(len(rows), len(names))  # Arrow's own memory lies at no multiple of 64 bytes
                matrix[:] = rows["features"].flatten().to_numpy().reshape(matrix.shape)
                yield answer(rows, score(matrix))

        def untouched(batches: Iterator[Any]) -> Iterator[Any]:
            for rows in batches:
                yield answer(rows, rows[names[0]].to_numpy())

        def run(way: Way) -> None:
            from pyspark.sql.functions import array

            spark.conf.set(RECORDS, str(way.records))
            if way.mebibytes:
                spark.conf.set(BYTES, str(int(way.mebibytes * 2**20)))
            else:
                spark.conf.unset(BYTES)  # by default 64 MiB
            rows = udf.read(trial, spark).coalesce(CORES * way.tasks)
            rows = rows.select("row_id", array(*names).alias("features")) if way.name == "lists" else rows
            function = {"columns": of_columns, "lists": of_lists, "no model": untouched}[way.name]
            shutil.rmtree(Path(directory, "scores"), ignore_errors=True)
            rows.mapInArrow(function, schema).write.parquet(str(Path(directory, "scores")))

        taken: dict[Way, list[float]] = {way: [] for way in WAYS}
        for number in range(rounds + 1):
            for way, seconds in taken.items():
                before = cpu_seconds()
                run(way)
                if number:
                    seconds.append(cpu_seconds() - before)
        print("             rows a batch   MiB a batch   tasks a core   CPU s")
        for way, seconds in taken.items():
            limits = f"{way.records or '':>12}{way.mebibytes or '':>14}{way.tasks:>15}"
            span = f"{min(seconds):.2f} to {max(seconds):.2f}"
            print(f"{way.name:<13}{limits}{statistics.median(seconds):>8.2f} ({span}, n = {rounds})")
        stop_spark(spark)


def answer(rows: Any, scores: Any) -> Any:
    """Return row ids and scores as Spark takes them."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([rows["row_id"], gather.to_column(scores)], names=["row_id", "score"])


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of all that it has started and that still run."""
    own = psutil.Process()
    return sum(sum(each.cpu_times()[:2]) for each in (own, *own.children(recursive=True)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
