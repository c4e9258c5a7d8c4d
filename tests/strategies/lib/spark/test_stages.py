"""What Spark says of its stages comes into the record, and a Spark that says nothing breaks nothing."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.model import Dataset
from bench.records.directory import Record, latest, read_run
from tests.conftest import CONTROL

SHUFFLES_AND_DIES = """
    import os
    import signal

    from strategies.lib.spark import executors
    from strategies.lib.spark.session import start_spark, stop_spark

    @hookimpl
    def bench_setup(trial):
        return start_spark(trial)

    @hookimpl
    def bench_train(trial, session):
        pairs = session.sparkContext.parallelize(range(1000), 2).map(lambda number: (number % 7, number))
        pairs.reduceByKey(lambda one, other: one + other).collect()
        executors.record_usage(session)
        java = session.sparkContext._gateway.proc
        java.kill()
        java.wait()
        executors.record_usage(session)
        trial.note("went_on", True)

    @hookimpl
    def bench_teardown(session):
        pass
"""


def test_stages_are_in_the_record_and_a_spark_that_is_gone_says_nothing(trial_of: Callable[..., Record]) -> None:
    """Two stages with a shuffle between them are summed for the hook; asking a JVM that died raises nothing."""
    record = trial_of(SHUFFLES_AND_DIES, facts=CONTROL, timeout_s=120)
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["went_on"]
    assert record["spark"].keys() == {"train"}
    said = record["spark"]["train"]
    assert (said["stages"], said["tasks"]) == (2, 4)
    assert said["shuffle_write_bytes"] == said["shuffle_read_bytes"] > 0
    assert 0 < said["run_s"] < 2 * record["phases"]["train"]
    assert said["spill_disk_bytes"] == 0
    assert {"cpu_s", "gc_s", "peak_execution_bytes", "spill_memory_bytes"} <= said.keys()
    assert "executors" not in record["notes"]


def test_event_logs_are_kept(bench: Callable[..., subprocess.CompletedProcess[str]], tiny: Dataset, tmp_path: Path):
    """With `--spark-event-log` a trial leaves its log there, finished, and a record of its stages as always."""
    options = ["--strategy", "mllib_rf", "--trees", "2", "--depth", "2", "--spark-event-log", "my events"]
    bench("run", *options, "--data", tiny.path)
    records = {one["trial"]["strategy"]: one for one in read_run(latest(tmp_path / "results")).records}
    assert records["mllib_rf"]["status"] == "ok", records["mllib_rf"]["reason"]
    assert records["mllib_rf"]["spark"]["train"]["stages"] > 2
    assert records["null"]["spark"] == {}
    (kept,) = (tmp_path / "my events").iterdir()
    assert not kept.name.endswith(".inprogress")
