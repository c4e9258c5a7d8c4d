"""Prints what each hand-off costs beside Spark's bare pipe: `uv run python benchmarks/handoff.py [ROUNDS] [ROWS ...]`.

Rows of 28 random features and a label go to two trainers, in batches of 1,024, out of a data frame that Spark has
cached; rounds are interleaved in one Spark, whose JVM one round warms beforehand (`bench run --task handoff` has a
process for each). CPU seconds are those of all processes without the trainers' own. Then ways whose memory should not
grow with the rows pass a million rows of 8 features and ten, not cached; with 0 ROUNDS they alone. A round of 500,000
rows takes about half a minute, and the memory of `tfrecord` some ten minutes.
"""

from __future__ import annotations

import functools
import itertools
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import plugins
from bench.datasets.makers.synthetic import make_synthetic
from bench.request import Request
from bench.runs import plan
from bench.trial import passes, runner
from bench.trial.sink import consume
from bench.trial.timeline import EventClock, read_events
from bench.trial.tree_usage import DRIVER as DRIVER_PART
from bench.trial.tree_usage import JVM, OTHERS, TreeUsage
from strategies.lib.handoff.session import HandoffSession
from strategies.lib.handoff.trainers import Trainers
from strategies.lib.spark.session import start_spark, stop_spark

if TYPE_CHECKING:
    from bench import Trial

FLOOR = "pipe_only"
TARGETS = {"to_arrow": 1.3, "barrier_arrow": 1.3, "parquet_files": 2.2}
WAYS = ("jvm_sum", "to_arrow", "to_pandas", "barrier_arrow", "flight", "arrow_files", "parquet_files")
STREAMS = ("barrier_arrow", "flight", "parquet_files", "arrow_files", "tfrecord")
FEATURES, FEATURES_OF_STREAMS = 28, 8
FIRST, SECOND, DRIVER, RANKS = "handoff_cpu_s", "second_pass_cpu_s", "driver_memory_bytes", "ranks_memory_bytes"


def main(rounds: int, rows: Sequence[int]) -> None:
    """Measure in interleaved rounds and print medians.

    Args:
        rounds: Number of measurements of each way.
        rows: Numbers of rows of the data frame.
    """
    with tempfile.TemporaryDirectory() as home:
        os.environ["BENCH_DATA"] = home
        trial = make_trial(Path(home))
        spark = start_spark(trial)
        try:
            for number in rows if rounds else ():
                session = HandoffSession(
                    spark, frame_of(spark, number).cache(), Trainers(2, trial, ("pyarrow.flight",))
                )
                session.frame.count()
                print_costs(number, measure(trial, session, (FLOOR, *WAYS), rounds))
                session.frame.unpersist()
                session.trainers.stop()
            for way, number in itertools.product(STREAMS, (1_000_000, 10_000_000)):
                # New processes, since memory that Python has once had it may keep.
                session = HandoffSession(spark, plain_frame(spark, number), Trainers(2, trial, ("pyarrow.flight",)))
                # Spark's workers live on, and have some 40 MiB more from their second pass on, whatever the rows.
                one_pass(way, trial, replace(session, frame=plain_frame(spark, 10_000)))
                peaks = one_pass(way, trial, session)
                told = ", ".join(f"{of_whom} {peak / 2**20:.0f} MiB" for of_whom, peak in peaks.items())
                print(f"{way:<15}{number:>12,} rows: {told}", flush=True)
                session.trainers.stop()
        finally:
            stop_spark(spark)


def make_trial(home: Path) -> Trial:
    """Return a trial of two trainers, with a directory of its own."""
    dataset = make_synthetic(1000, 2, name="any").dataset
    request = Request(task="handoff", workers=(2,), cores=2)
    (planned,) = plan.make(request, {"to_arrow": plugins.load("to_arrow").strategy}, dataset)
    return runner.with_scratch(planned, home).trial


def frame_of(spark, rows: int):
    """Return a data frame of random floats in two partitions."""
    columns = (f"cast(rand({index}) as float) f{index}" for index in range(FEATURES))
    return spark.range(0, rows, 1, 2).selectExpr("cast(id % 2 as float) label", *columns)


def plain_frame(spark, rows: int):
    """Return a data frame of floats that cost little to make, in two partitions."""
    columns = (f"cast((id * {2 * index + 1}) % 1000 as float) f{index}" for index in range(FEATURES_OF_STREAMS))
    return spark.range(0, rows, 1, 2).selectExpr("cast(id % 2 as float) label", *columns)


def one_pass(way: str, trial: Trial, session: HandoffSession) -> dict[str, int]:
    """Return the peak memory in one pass: of the driver, of both ranks, of Spark's other Python workers and the JVM."""
    with tempfile.TemporaryDirectory(dir=trial.scratch) as place:
        own = replace(trial, strategy=way, scratch=Path(place), clock=None)
        usage = TreeUsage()
        delivery = plugins.load(way).hook.bench_handoff(trial=own, session=session)
        reports = delivery.run(functools.partial(consume, 512, 0.0))
        peaks = usage.peaks(besides={report.pid for report in reports})
    ranks = sum(report.peak_bytes for report in reports)
    return {"driver": peaks[DRIVER_PART], "ranks": ranks, "other workers": peaks[OTHERS], "JVM": peaks[JVM]}


def measure(trial: Trial, session: HandoffSession, ways: Sequence[str], rounds: int) -> dict[str, list[dict]]:
    """Return the measures of each way in each round, after one that is left out."""
    found: dict[str, list[dict]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        for way in ways:
            measures = hand_over(way, trial, session)
            found[way] += [measures] if number else []
    return found


def hand_over(way: str, trial: Trial, session: HandoffSession) -> dict[str, float]:
    """Return the measures of two passes."""
    with tempfile.TemporaryDirectory(dir=trial.scratch) as place:
        clock = EventClock(Path(place, "events.jsonl"))
        own = replace(trial, strategy=way, scratch=Path(place), clock=clock)
        call = functools.partial(plugins.load(way).hook.bench_handoff, trial=own, session=session)
        passes.take("handoff", call, own, clock)
        events = read_events(Path(place, "events.jsonl"))
    return {event["measure"]: event["value"] for event in events if "measure" in event}


def print_costs(rows: int, found: dict[str, list[dict]]) -> None:
    """Print a line for each way."""
    floor = statistics.median(measures[FIRST] for measures in found[FLOOR])
    print(f"{rows:,} rows of {FEATURES} features, two trainers, n = {len(found[FLOOR])}")
    for way, several in found.items():
        first, second, driver, ranks = (
            statistics.median(measures[name] for measures in several) for name in (FIRST, SECOND, DRIVER, RANKS)
        )
        target = f"  target: {TARGETS[way]}" if way in TARGETS else ""
        print(
            f"{way:<15}{first:>7.2f} CPU s{first / floor:>6.2f} of {FLOOR}{second:>7.2f} CPU s again"
            f"{driver / 2**20:>7.0f} MiB driver{ranks / 2**20:>7.0f} MiB ranks{target}"
        )


if __name__ == "__main__":
    wanted = [int(text.replace("_", "")) for text in sys.argv[1:]]
    main(wanted[0] if wanted else 5, wanted[1:] or [500_000])
