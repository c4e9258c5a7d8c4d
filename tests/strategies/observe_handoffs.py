"""Prints what trainers got by every hand-off, in one session of Spark, as JSON; ``python observe_handoffs.py DIR``."""

import functools
import importlib
import itertools
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil

from bench import plugins
from bench.facts import Place
from bench.problems import InvalidAnswerError
from bench.request import PlannedTrial
from bench.rows import FilePlace, Keys
from bench.tasks.handoff import HANDOFF
from bench.trial import delivery, passes
from bench.trial.timeline import EventClock, read_events, timeline
from bench.trial.wire import read_trial
from strategies.handoff import barrier_arrow, collect_rows
from strategies.handoff.arrow_files import ArrowWriter
from strategies.handoff.parquet_files import ParquetWriter
from strategies.lib.handoff import files
from strategies.lib.handoff import session as sessions
from strategies.lib.ranks.errors import RankError

HERE = str(Path(__file__).parent)
os.environ["PYTHONPATH"] = HERE  # trainers import their functions
sys.path.append(HERE)  # which the tests of the wheel leave out
functions = importlib.import_module("trainer_functions")
directory = Path(sys.argv[1])
chosen = sys.argv[2:]
MANY, FEATURES = 2_000_000, 8
first = read_trial(directory / "trial.json", EventClock(directory / "events.jsonl"))


def hand_over(name, session, **wanted):
    """Return what a record has of a hand-off: its status, the sentence with which it ends, grades and measures."""
    place = directory / f"{name}-{len(list(directory.iterdir()))}"
    place.mkdir()
    clock = EventClock(place / "events.jsonl")
    trial = replace(first, strategy=name, scratch=place, clock=clock, **wanted)
    plugin = plugins.load(name)
    call = functools.partial(plugin.hook.bench_handoff, trial=trial, session=session)
    try:
        answer = passes.take(HANDOFF.measured, call, trial, clock)
        grades = delivery.grade(PlannedTrial(trial, plugin.strategy), answer)
    except (RankError, InvalidAnswerError) as error:
        return {"status": "failed" if isinstance(error, RankError) else "invalid", "reason": str(error)}
    seen = timeline(read_events(place / "events.jsonl"), HANDOFF.measured, 0.0, time.monotonic())
    return {
        "status": "ok",
        "reason": None,
        "rows": trial.dataset.train_rows,  # of which the grading has seen each
        "quality": grades,
        "inner": seen.inner,
        "measures": seen.measures,
        "notes": seen.notes,
    }


def observe(name, session, function):
    """Return what ranks return, or the sentence with which a pass ends."""
    place = directory / f"{name}-{len(list(directory.iterdir()))}"
    place.mkdir()
    try:
        handed = plugins.load(name).hook.bench_handoff(trial=replace(first, scratch=place), session=session)
        return handed.run(function)
    except RankError as error:
        return str(error)


collect_rows.PARTITIONS = 4  # of two hundred each takes a while, and shows nothing more
# Importing TensorFlow in four processes would take as long as all of the rest: `test_tfrecord` looks at that way.
ways = [name for name in plugins.names() if plugins.load(name).tasks == (HANDOFF.name,) and name != "tfrecord"]
names = chosen or ways
seen = {"cached": {}}
session = sessions.start(first, "pyarrow.flight", settings=barrier_arrow.UNSORTED)
for name in names:
    seen["cached"][name] = hand_over(name, session)
    sys.stderr.write(f"{name} {seen['cached'][name]}\n")
if not chosen:
    alike = ("barrier_arrow", "flight", "parquet_files")
    three = replace(session, frame=session.frame.repartition(3))
    seen["three partitions"] = {name: hand_over(name, three) for name in alike}
    lazy = replace(session, frame=session.frame.filter("label >= 0"))
    seen["lazy"] = {name: hand_over(name, lazy) for name in alike}
    many = session.spark.range(0, MANY, 1, 2).selectExpr(
        "cast(id % 2 as float) label", *(f"cast(id % {index + 7} as float) f{index}" for index in range(FEATURES))
    )
    slow = replace(session, frame=many)
    seen["slow"] = {
        name: observe(name, slow, functions.dawdle) for name in ("barrier_arrow", "flight", "parquet_files")
    }
    seen["dead"] = {name: observe(name, session, functions.die) for name in ("barrier_arrow", "flight", "to_arrow")}
    seen["failed job"] = observe(
        "flight", replace(session, frame=many.selectExpr("label", "assert_true(f0 < 0)")), functions.dawdle
    )
    full = FilePlace(Place(str(directory / "full")), Keys({}))
    full.make()
    for number, ending in itertools.product(range(2), ("arrow", "parquet")):
        Path(full.uri(f"part-{number:05}.{ending}")).symlink_to("/dev/full")
    seen["full disk"] = {}
    for writer in (ArrowWriter, ParquetWriter):
        try:
            files.write_by_tasks(first, full, session.frame, writer(full))
        except RankError as error:
            seen["full disk"][writer.__name__] = str(error)
    session.spark.sparkContext._jsc.sc().conf().set("spark.driver.maxResultSize", "100k")
    seen["too much"] = {name: hand_over(name, slow) for name in ("to_arrow", "to_pandas")}
    session.spark.sparkContext._jsc.sc().conf().set("spark.driver.maxResultSize", "1k")
    seen["too much"]["collect_rows"] = hand_over("collect_rows", session)
session.stop()
seen["left"] = [process.name() for process in psutil.Process().children(recursive=True)]
sys.stdout.write(json.dumps(seen) + "\n")
