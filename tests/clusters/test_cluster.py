"""A real standalone cluster on loopback, with the dataset in a real object store: what works there, and what fails."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import bench as bench_package
import strategies
from bench import Dataset, memory_available, plugins
from bench.advise import hosts, race
from bench.cli import main
from bench.datasets import remote
from bench.datasets.format.fingerprint import verify_content
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.register.register import register_table
from bench.datasets.store import open_manifest
from bench.records.directory import read_run
from bench.rows import places
from bench.stores.tree import Tree
from bench.testing.support import make_tiny_dataset
from tests import namespaces
from tests.clusters import waiting
from tests.conftest import CONTROL, Plugins
from tests.objectstore import BUCKET, ObjectStore
from tests.standalone import FRUGAL, Cluster, on_loopback

Bench = Callable[..., subprocess.CompletedProcess[str]]
LITTLE = ("--epochs", "2", "--trees", "5", "--row-budget", "3s", "--timeout", "4m")

FAULTS = """
    import os
    import signal

    from strategies.lib.spark import barrier
    from strategies.lib.spark import cluster
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.spark.session import stop_spark

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        for fault in (python_dies, executor_dies):  # after which one is missing for a while
            try:
                barrier.run(trial, session, fault)
            except RankError as error:
                trial.note(fault.__name__, str(error))
        cluster.SECONDS_TO_REGISTER = 1
        try:
            cluster._wait(trial, session, 50)
        except RankError as error:
            trial.note("slots_missing", str(error))

    def executor_dies(rank, trial):
        if rank.index == 1:
            daemon = os.getppid()
            status = open(f"/proc/{daemon}/status").read()
            os.kill(int(status.partition("PPid:")[2].split()[0]), signal.SIGKILL)
        with rank.meet():
            pass

    def python_dies(rank, trial):
        if rank.index == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        with rank.meet():
            pass

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""
ORPHANED = """
    import os
    import signal

    from strategies.lib.spark import barrier
    from strategies.lib.spark.session import stop_spark

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        os.kill(int(os.environ["MASTER_PROCESS"]), signal.SIGKILL)
        trial.note("mark", os.environ["BENCH_TRIAL"])
        trial.note("without_a_master", barrier.run(trial, session, number))

    def number(rank, trial):
        return [rank.index, os.environ["BENCH_EXECUTOR_OF"], "BENCH_TRIAL" in os.environ]

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""
HANGS = """
    import time

    from strategies.lib.spark import barrier
    from strategies.lib.spark.session import stop_spark

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        barrier.run(trial, session, sleeps)

    def sleeps(rank, trial):
        time.sleep(600)

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One master and three workers."""
    with on_loopback(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def data(store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """The small dataset in a bucket, and the credentials for it where programs look for them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**store.environ, "JDK_JAVA_OPTIONS": FRUGAL}.items():
            patch.setenv(name, value)
        here = make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
        yield remote.copy(open_manifest(here.path), f"s3://{BUCKET}/cluster", store.storage).dataset


@pytest.fixture(scope="module")
def table(data: Dataset, store: ObjectStore) -> Dataset:
    """Its rows to train on as a registered table in the bucket, whose manifest is on the driver's disk."""
    raw = f"{BUCKET}/raw-cluster/rows.parquet"
    store.filesystem().copy_file(f"{data.path}/split=train/part-00000.parquet".removeprefix("s3://"), raw)
    return register_table(f"s3://{raw}", data.label, storage=store.storage, name="cluster-table").dataset


@pytest.fixture
def run(bench: Bench, cluster: Cluster, data: Dataset) -> Callable[..., dict[str, Any]]:
    """Run strategies with three workers on the cluster; return their records by strategy."""

    def call(*names: str, arguments: tuple[str, ...] = LITTLE, path: str = "", **environ: str) -> dict[str, Any]:
        wanted = [part for name in names for part in ("--strategy", name)]
        place = ("--master", cluster.url, "--data", path or data.path, "--workers", "3")
        answer = bench("run", *wanted, *place, *arguments, "--json", timeout=1200, **environ)
        records = [json.loads(line) for line in answer.stdout.splitlines()]
        assert records, answer.stderr
        return {record["trial"]["strategy"]: record for record in records}

    return call


def on_a_cluster(task: str) -> list[str]:
    """Return the distributed strategies on Spark that do a task, and one of those that live in the JVM alone."""
    loaded = [plugins.load(name) for name in plugins.names()]
    able = [one for one in loaded if task in one.tasks and "pyspark" in one.strategy.needs]
    return [one.name for one in able if one.strategy.distributed or one.name == "mllib_linear"]


@pytest.mark.timeout(1300)
@pytest.mark.parametrize("task", ["train", pytest.param("predict", marks=pytest.mark.slow)])
def test_every_strategy_works_there(
    run: Callable[..., dict[str, Any]], cluster: Cluster, table: Dataset, store: ObjectStore, task: str
) -> None:
    """Every distributed strategy ends well, its answer is right, and nothing of it is left on the workers.

    They train on a registered table, and score a dataset of ours.
    """
    names = on_a_cluster(task)
    assert len(names) >= 6
    if namespaces.why_not() is None:  # then test_three_hosts.py has all of them, where it is harder
        names = ["mllib_linear"] if task == "train" else ["map_in_arrow"]
    records = run(*names, arguments=("--task", task, *LITTLE), path=table.path if task == "train" else "")
    for name in names:
        record = records[name]
        assert record["status"] == "ok", f"{name}: {record['reason']}"
        assert record["inner"]["setup.executors"], "the start of executors is a phase of its own"
        notes = record["notes"]
        assert notes["cores_enforced"] is False
        assert sum(notes["executor_hosts"].values()) == 3
        assert record["measures"]["store_requests"] > 10
        assert record["measures"]["executors_memory_bytes"] > 50e6
        assert max(one["peak_memory_bytes"] for one in notes["executors"]) > 50e6
        assert notes["spark_settings"]["spark.cores.max"] == "3"
        assert store.secret not in json.dumps(record)
    assert cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_clusters_are_found_there(run: Callable[..., dict[str, Any]], cluster: Cluster) -> None:
    """Ranks on other hosts reach the driver, which adds up their sums, and MLlib reads the bucket: one result."""
    names = ("barrier_kmeans", "mllib_kmeans")
    records = run(*names, arguments=("--task", "cluster", *LITTLE))
    assert {name: (records[name]["status"], records[name]["reason"]) for name in names} == dict.fromkeys(
        names, ("ok", None)
    )
    found, other = (records[name]["quality"]["inertia"] for name in names)
    assert found == pytest.approx(other, rel=1e-5)
    assert sum(records["barrier_kmeans"]["notes"]["executor_hosts"].values()) == 3
    assert cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(700)
@pytest.mark.usefixtures("data")
def test_a_pipeline_goes_from_bucket_to_bucket(
    run: Callable[..., dict[str, Any]], cluster: Cluster, store: ObjectStore, home: Path
) -> None:
    """MLlib learns from what Spark has made of raw tables in the bucket, and leaves its predictions there."""
    raw, scored = (f"s3://{BUCKET}/{home.parent.name}-{what}" for what in ("raw", "scored"))
    made = remote.copy(make_flights_raw(sample=6000), raw, store.storage).dataset
    name, asked = "spark+mllib_linear", ("--task", "pipeline", "--predictions", scored, *LITTLE)
    record = run(name, arguments=asked, path=raw)[name]
    assert (record["status"], record["reason"]) == ("ok", None)
    assert sum(record["notes"]["executor_hosts"].values()) == 3
    with places.fetched(scored, store.storage) as back:
        assert pq.read_table(back).num_rows == made.test_rows
    assert cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(700)
@pytest.mark.usefixtures("data")
def test_a_dataset_is_made_there_though_an_executor_dies(
    bench: Bench, cluster: Cluster, store: ObjectStore, home: Path
) -> None:
    """Three workers make the dataset of one process, bucket to bucket, and one that is killed in between costs nothing.

    It is killed when files are in the bucket already, and with it the rows that it has sorted.
    """
    table = pa.table({"a": np.random.default_rng(0).normal(size=60_000), "b": np.arange(60_000) % 7})
    table = table.append_column("label", pc.greater(table["a"], 0.3))
    raw, made = f"{BUCKET}/raw/rows.parquet", f"{BUCKET}/made-{home.parent.name}"
    with store.filesystem().open_output_stream(raw) as file:
        pq.write_table(table, file, row_group_size=5000)
    expected = import_parquet(f"s3://{raw}", "label", storage=store.storage).dataset.fingerprint
    options = ("--label", "label", "--on", "spark", "--master", cluster.url, "--cores", "3", "--files", "24")
    killed = threading.Event()

    def kill() -> None:
        there = pafs.FileSelector(made, recursive=True, allow_not_found=True)
        while not killed.is_set():
            if any(found.extension == "parquet" for found in store.filesystem().get_file_info(there)):
                executors = [one for one in cluster.executors() if "CoarseGrained" in " ".join(one.cmdline())]
                executors[0].kill()
                killed.set()
            time.sleep(0.05)

    watcher = threading.Thread(target=kill, daemon=True)
    watcher.start()
    answer = bench("data", "import", f"s3://{raw}", *options, "--out", f"s3://{made}", timeout=600)
    assert answer.returncode == 0, answer.stderr
    assert killed.is_set()
    manifest = open_manifest(f"s3://{made}", store.storage)
    assert manifest.dataset.fingerprint == expected
    verify_content(manifest)
    there = {entry.path for entry in Tree(f"s3://{made}", store.storage).list()}
    assert there == {"dataset.json", *(file.path for file in manifest.files)}
    assert store.secret not in answer.stdout + answer.stderr + json.dumps(manifest.as_json())
    assert cluster.idle()
    again = bench("data", "import", f"s3://{raw}", *options, "--out", f"s3://{made}")
    assert again.returncode == 2
    assert "lies at" in again.stderr


@pytest.mark.slow
@pytest.mark.timeout(700)
@pytest.mark.usefixtures("data")
def test_advice_is_measured_there(
    cluster: Cluster, installed: Plugins, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ladder's sample is put into the bucket, and a trial on executors reads it there and tells of their memory.

    One size is enough for that, and too few to recommend anything.
    """
    installed.add("waiting", waiting.SOURCE, waiting.FACTS)
    make_synthetic(20_000, 3, name="table")
    steps = iter([race.Round(2_000, (("waiting", 3),)), race.Halt("budget")])
    monkeypatch.setattr(race, "next_step", lambda _: next(steps))
    samples = f"s3://{BUCKET}/{home.parent.name}"
    place = ("--master", cluster.url, "--workers", "3", "--samples", samples, "--results", str(tmp_path / "results"))
    options = ("--data", "table", "--rows", "1e5", "--strategy", "waiting", "--budget", "6m", "--json")
    answer = CliRunner().invoke(main, ["advise", *options, *place])
    assert answer.exit_code == 6, answer.output
    assert json.loads(answer.stdout)["contenders"][0]["code"] in ("few", "disturbed")
    run = read_run(next((tmp_path / "results").glob("2*")))
    record = next(each for each in run.records if each["trial"]["strategy"] == "waiting")
    assert record["status"] == "ok", record["reason"]
    assert run.run["dataset"]["path"].startswith(samples)
    assert record["notes"]["executor_memory_bytes"] == {"127.0.0.1": memory_available()}
    assert hosts.peaks(record) == {"driver": record["resources"]["peak_memory_bytes"]}
    assert cluster.idle()


@pytest.mark.slow
def test_another_version_is_refused_by_name(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """Where an executor has another version than the driver, the record says which, of what, and what to do."""
    other = tmp_path / "other" / "xgboost-0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: xgboost\nVersion: 0.1\n")
    setting = f"spark.executorEnv.PYTHONPATH={other.parent}"
    record = run("xgboost_barrier", arguments=("--spark-conf", setting, *LITTLE))["xgboost_barrier"]
    assert record["status"] == "failed"
    assert re.search(r"executor on 127\.0\.0\.1 has xgboost 0\.1, and the driver has \d", record["reason"])
    assert "bench pack" in record["reason"]


def test_older_code_on_an_executor_is_refused(bench: Bench, tiny: Dataset, tmp_path: Path) -> None:
    """An executor that imports another version of any of our files, however deep, ends the trial with a sentence."""
    older = tmp_path / "older"
    for package in (module.__path__[0] for module in (bench_package, strategies)):
        shutil.copytree(package, older / Path(package).name, ignore=shutil.ignore_patterns("__pycache__"))
    with (older / "strategies" / "lib" / "ranks" / "laps.py").open("a") as helper:
        helper.write("# as it was yesterday\n")
    # Before Spark puts our archive on the path.
    program = f"import sys; sys.path.insert(0, {str(older)!r}); import strategies.lib.spark.likeness\n"
    (older / "sitecustomize.py").write_text(program)
    place = ("--master", "local-cluster[1,1,1024]", "--data", tiny.path, "--workers", "1", "--cores", "1", "--json")
    setting = ("--spark-conf", f"spark.executorEnv.PYTHONPATH={older}")
    answer = bench("run", "--strategy", "xgboost_barrier", *place, *setting, JDK_JAVA_OPTIONS=FRUGAL)
    record = next(json.loads(line) for line in answer.stdout.splitlines() if "xgboost_barrier" in line)
    assert record["status"] == "failed"
    expected = r"The executor on 127\.0\.0\.1 has strategies [0-9a-f]{12}, and the driver has [0-9a-f]{12}: use one"
    assert re.search(expected, record["reason"]), record["reason"]


@pytest.mark.timeout(400)
def test_a_trial_whose_time_is_up_leaves_nothing_there(
    run: Callable[..., dict[str, Any]], cluster: Cluster, installed: Plugins
) -> None:
    """Ranks that hang end with their trial, on the workers too."""
    installed.add("hangs", HANGS, CONTROL)
    record = run("hangs", arguments=("--timeout", "60s"))["hangs"]
    assert record["status"] == "timeout"
    assert record["phase"] == "train"
    assert cluster.idle()


@pytest.mark.timeout(400)
def test_faults_of_a_cluster_end_in_a_sentence(
    run: Callable[..., dict[str, Any]], cluster: Cluster, installed: Plugins
) -> None:
    """An executor or a rank that dies, and slots that are missing, are sentences."""
    installed.add("faulty", FAULTS, CONTROL)
    record = run("faulty")["faulty"]
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["executor_dies"].startswith("An executor was lost, and with it the job: ")
    assert notes["python_dies"].startswith("The process of a rank died")
    assert re.fullmatch(
        r"50 tasks must run at once, and spark:.* had room for \d+ after 1 s: .*", notes["slots_missing"]
    )
    assert cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_master_that_goes_harms_no_trial(bench: Bench, data: Dataset, installed: Plugins, tmp_path: Path) -> None:
    """When the master is killed in mid-run, the executors that are there go on, and end with the trial.

    They carry a mark by which the harness knows them on its own host, and not that of the processes that it measures.
    """
    installed.add("orphaned", ORPHANED, CONTROL)
    with on_loopback(tmp_path / "cluster", workers=1) as cluster:
        place = ("--master", cluster.url, "--data", data.path, "--workers", "2", "--json")
        answer = bench("run", "--strategy", "orphaned", *place, timeout=300, MASTER_PROCESS=str(cluster.master.pid))
        record = next(json.loads(line) for line in answer.stdout.splitlines() if "orphaned" in line)
        assert record["status"] == "ok", record["reason"]
        mark = record["notes"]["mark"]
        assert record["notes"]["without_a_master"] == [[0, mark, False], [1, mark, False]]
        assert cluster.idle()


def test_a_local_cluster_is_counted_once(bench: Bench, tiny: Dataset) -> None:
    """Executors that are processes of this machine are seen by the harness, and not added as Spark measures them."""
    place = ("--master", "local-cluster[1,1,1024]", "--data", tiny.path, "--workers", "1", "--cores", "1", "--json")
    answer = bench("run", "--strategy", "mllib_linear", *place, JDK_JAVA_OPTIONS=FRUGAL)
    record = next(json.loads(line) for line in answer.stdout.splitlines() if "mllib_linear" in line)
    assert record["status"] == "ok", record["reason"]
    assert "executors" not in record["notes"]


def test_a_master_that_is_not_there_is_a_sentence(bench: Bench, data: Dataset) -> None:
    """A master that does not answer is named, in the record of each trial."""
    place = ("--master", "spark://127.0.0.1:1", "--data", data.path, "--workers", "2")
    answer = bench("run", "--strategy", "xgboost_barrier", *place, "--json")
    record = next(json.loads(line) for line in answer.stdout.splitlines() if "xgboost_barrier" in line)
    assert answer.returncode == 1
    assert record["reason"].startswith("RankError: The master spark://127.0.0.1:1 does not answer")
