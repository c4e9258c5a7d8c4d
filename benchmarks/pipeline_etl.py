"""The stage `etl` of pipelines on Spark beside a plain script: `uv run python benchmarks/pipeline_etl.py [REPEATS]`.

Both run the same text of SQL, in a fresh process each and in turn. Printed are the CPU seconds of each process and its
JVM, from the SQL to a feature table that is kept in memory. The stage should take no more than 1.05 times the script's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from pyspark import StorageLevel

from bench.datasets import ensure
from bench.model import Trial
from bench.pipelines import ENGINES, Definition, load
from bench.request import Request
from bench.runs import plan
from bench.trial import runner
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.pipeline.features import flights

PIPELINE = "spark+mllib_linear"


def plain(trial: Trial, spark: object) -> None:
    """Do it as a script would."""
    for table, path in trial.dataset.raw["tables"].items():
        spark.read.parquet(f"{trial.dataset.path}/{path}").createOrReplaceTempView(table)
    spark.sql(flights.SQL).persist(StorageLevel.MEMORY_AND_DISK).count()


def staged(trial: Trial, spark: object) -> None:
    """Do it as the engine does."""
    del spark
    engine = ENGINES["spark"]
    engine.features(trial, engine.start(trial), Definition("flights", flights))


WAYS = {"plain script": plain, "stage etl": staged}


def cpu_s() -> float:
    """Return the CPU seconds of this process and of all below it."""
    me = psutil.Process()
    return sum(sum(one.cpu_times()[:4]) for one in (me, *me.children(recursive=True)))


def measure(way: str) -> None:
    """Print the CPU seconds of one way."""
    request = Request(task="pipeline", cores=2)
    planned = plan.make(request, {PIPELINE: load(PIPELINE).strategy}, ensure("flights-raw"))[0]
    with tempfile.TemporaryDirectory() as scratch:
        trial = runner.with_scratch(planned, Path(scratch)).trial
        spark = start_spark(trial)
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.range(1).count()  # the session's own first job
        before = cpu_s()
        WAYS[way](trial, spark)
        print(cpu_s() - before)
        stop_spark(spark)


def main(repeats: int) -> None:
    """Run all ways in turn and print a table."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, seconds in found.items():
            done = subprocess.run([sys.executable, __file__, "--one", way], capture_output=True, text=True, check=True)
            seconds.append(float(done.stdout.split()[-1]))
    for way, seconds in found.items():
        print(f"{way:14} {statistics.median(seconds):6.1f} CPU s  ({', '.join(f'{one:.1f}' for one in seconds)})")
    of_script, of_stage = (statistics.median(found[way]) for way in WAYS)
    print(f"ratio          {of_stage / of_script:6.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
