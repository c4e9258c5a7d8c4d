"""Three hosts, each with an address, a home and a temporary directory of its own, and the dataset in an object store.

They are network namespaces of this machine, so what is shown is that nothing needs more than a network, and nothing is
said about speed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest

from bench import Dataset, memory_available, plugins
from bench.advise.advice import SizeQuestion, advise
from bench.datasets import remote
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.register.register import register_table
from bench.datasets.store import open_manifest
from bench.pipelines import named
from bench.records import disturbance
from bench.records.directory import read_run
from bench.stores.tree import Tree
from bench.testing.support import make_tiny_dataset
from tests.clusters import waiting
from tests.clusters.test_cluster import LITTLE, on_a_cluster
from tests.conftest import CONTROL, Plugins
from tests.namespaces import Network, network
from tests.objectstore import BUCKET, ObjectStore
from tests.standalone import FRUGAL, Cluster

HOSTS = ["one", "two", "three"]
ROWS = 9_000
KINDS, TASKS = ("binary", "multiclass", "regression"), ("train", "predict", "cluster")
# How a table in the store is used: its copy there; in place, with the manifest on the driver's disk, or in the store.
COPY, TABLE, MANIFEST_TOO = "copy", "table", "manifest-too"
WITH_FILES = {"arrow_files", "parquet_files", "tfrecord"}
# By files and by connections in every run, and by Spark's own pipe in a pipeline; the weekly run has all ways.
HANDOFFS = ["parquet_files", "flight"]
PIPELINES = ["spark+barrier_arrow+lightgbm_spark"]
# A function for each framework, and the ranks that train what it returns.
NETWORK = """
def keras(inputs):
    from tensorflow.keras import Sequential, layers

    return Sequential([layers.Dense(4, "relu", input_shape=(inputs.features,)), layers.Dense(1, "sigmoid")])


def torch(inputs):
    from torch import nn

    return nn.Sequential(nn.Linear(inputs.features, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())
"""
OF_FRAMEWORK = {"keras": ["horovod", "mirrored_runner"], "torch": ["horovod_torch", "torch_distributor"]}
WORKS = """
    import time

    from strategies.lib.spark import barrier
    from strategies.lib.spark.session import stop_spark

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        import os

        open(os.environ["MARKER"], "w").close()
        barrier.run(trial, session, works)

    def works(rank, trial):
        for _ in range(600):
            time.sleep(1)

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""


@dataclass(frozen=True)
class Place:
    """All that is there."""

    network: Network
    cluster: Cluster
    data: Dataset
    store: ObjectStore
    command: list[str]
    used: dict[str, str] = field(default_factory=dict)  # by kind of problem and way of use, what names the dataset

    def start_run(self, *arguments: str, data: str = "", **environ: str) -> subprocess.Popen[str]:
        """Start `bench run` with three workers on the driver's host."""
        place = ("--master", self.cluster.url, "--data", data or self.data.path, "--workers", "3", "--json")
        return self.start("run", *arguments, *place, **environ)

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start `bench` on the driver's host."""
        driver = self.network.hosts["driver"]
        own = {"HOME": str(driver.home), "TMPDIR": str(driver.home / "tmp"), "JDK_JAVA_OPTIONS": FRUGAL}
        return subprocess.Popen(
            [*driver.prefix, *self.command, *arguments],
            cwd=driver.home,
            env={**os.environ, **self.store.environ, **own, "BENCH_DATA": str(driver.home / "data"), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, data: str = "", **environ: str) -> dict[str, Any]:
        """Run it and return the records by strategy."""
        with self.start_run(*arguments, data=data, **environ) as process:
            return records(*process.communicate(timeout=1200))

    def use_table(self, kind: str, used: str) -> str:
        """Put rows of a kind of problem into the store, and return what the driver names the dataset by."""
        raw, name = f"{BUCKET}/raw-{kind}", f"{kind}-{used}"
        if name in self.used:
            return self.used[name]
        generator = np.random.default_rng(0)
        features = generator.normal(size=(4, ROWS))
        signal = features[0] + features[1] * features[2]
        label = {"binary": signal > 0, "multiclass": np.digitize(signal, [-1, 0, 1]), "regression": signal * 30 + 100}
        table = pa.table({**{f"x{at}": values for at, values in enumerate(features)}, "label": label[kind]})
        for number in range(3):
            with self.store.filesystem().open_output_stream(f"{raw}/{number}.parquet") as file:
                pq.write_table(table.slice(number * ROWS // 3, ROWS // 3), file, row_group_size=500)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BENCH_DATA", str(self.network.hosts["driver"].home / "data"))
            for variable, value in self.store.environ.items():
                patch.setenv(variable, value)
            make = import_parquet if used == COPY else register_table
            manifest = make(f"s3://{raw}", "label", name=name, storage=self.store.storage)
            if used != TABLE:
                manifest = remote.copy(manifest, f"s3://{BUCKET}/{name}", self.store.storage)
        assert manifest.dataset.problem == kind
        self.used[name] = name if used == TABLE else manifest.dataset.path
        return self.used[name]


def records(out: str, err: str) -> dict[str, Any]:
    """Return the records that a run has printed, by strategy; show what else it has said."""
    sys.stdout.write(err)
    found = [json.loads(line) for line in out.splitlines()]
    assert found, err
    return {record["trial"]["strategy"]: record for record in found}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, bench_command: list[str]) -> Iterator[Place]:
    """A driver's host, three workers' hosts, and a store that all of them reach."""
    assert "AWS_SECRET_ACCESS_KEY" not in os.environ, "the workers' hosts must not have what the driver hands over"
    with network(tmp_path_factory.mktemp("hosts"), ["driver", *HOSTS], clear=["driver"]) as hosts:
        store = ObjectStore(tmp_path_factory.mktemp("store") / "data", hosts.address)
        cluster = None
        try:
            store.start()
            workers = [hosts.hosts[name] for name in HOSTS]
            cluster = Cluster(tmp_path_factory.mktemp("cluster"), hosts.hosts["driver"], workers, cores=1)
            with pytest.MonkeyPatch.context() as patch:
                for name, value in store.environ.items():
                    patch.setenv(name, value)
                here = make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
                data = remote.copy(open_manifest(here.path), f"s3://{BUCKET}/hosts", store.storage).dataset
            yield Place(hosts, cluster, data, store, bench_command)
        finally:
            if cluster:
                cluster.stop()
            store.kill()


@pytest.mark.slow
@pytest.mark.timeout(1300)
@pytest.mark.parametrize(
    ("kind", "used", "task"), [("regression", MANIFEST_TOO, "train"), *product(KINDS, (COPY, TABLE), TASKS)]
)
def test_every_strategy_works_on_three_hosts(place: Place, kind: str, used: str, task: str) -> None:
    """Strategies that train or cluster, and ways to score, end well by one command, with a worker on each host."""
    names = on_a_cluster(task)
    wanted = [part for name in names for part in ("--strategy", name)]
    data = place.use_table(kind, used)
    found = place.run(*wanted, "--task", task, *LITTLE, data=data)
    assert {found[name]["status"] for name in names} <= {"ok", "skipped"}, [
        (name, found[name]["status"], found[name]["reason"]) for name in names
    ]
    addresses = [place.network.hosts[name].address for name in HOSTS]
    for name in names:
        if found[name]["status"] == "skipped":
            able = plugins.load(name).strategy
            assert kind not in able.problems or plugins.why_not(able)
            continue
        notes = found[name]["notes"]
        assert notes["executor_hosts"] == dict.fromkeys(addresses, 1)
        assert found[name]["measures"]["store_requests"] > 10
        assert place.store.secret not in json.dumps(found[name])
    assert place.cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_one_two_and_three_hosts_tell_of_six(place: Place, installed: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    """By one command; whose law is known, and six is inside what is said; each host has memory of its own."""
    installed.add("waiting", waiting.SOURCE, waiting.FACTS)
    driver = place.network.hosts["driver"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(driver.home / "data"))
        make_synthetic(80_000, 3, name="table")
    samples = ("--samples", f"s3://{BUCKET}/advice", "--strategy", "waiting", "--workers", "1,2,3", "--at-workers", "6")
    asked = ("--data", "table", "--rows", "4e5", "--budget", "20m", "--timeout", "4m", *samples)
    with place.start("advise", *asked, "--master", place.cluster.url) as process:
        out, err = process.communicate(timeout=1350)
    sys.stdout.write(out + err)
    assert process.returncode in (0, 6), err  # 6 where others disturb this machine
    limits = {name: replace(limit, most=1e9) for name, limit in disturbance.LIMITS.items()}
    monkeypatch.setattr(disturbance, "LIMITS", limits)
    runs = [read_run(path.parent) for path in sorted((driver.home / "results").glob("*/run.json"))]
    advice = advise(runs, SizeQuestion(4e5, workers=(6, 13)))
    found = {each.contender.workers: each for each in advice.field.prospects}
    assert found[13].refusal
    assert found[13].refusal.code == "reach"
    for workers, each in found.items():
        if each.time:  # a busy machine may leave no time for three sizes with each number of workers
            assert each.time.low95 < 5e-4 * advice.asked / workers + 3 < each.time.high95  # a job takes about 3 s
    assert found[6].time, found[6].refusal
    assert {each.host for each in advice.field.prospects if each.memory} <= {"driver", "worker"}
    assert advice.rooms.worker == 0.8 * memory_available()
    assert all(set(rung.hosts) == {"driver", "worker"} for rung in found[3].contender.rungs)
    assert place.cluster.idle()


@pytest.mark.timeout(1300)
@pytest.mark.parametrize(
    "names",
    [
        PIPELINES,
        *(pytest.param([name], marks=pytest.mark.slow) for name in (*named(), "tutorial") if name not in PIPELINES),
    ],
    ids=",".join,
)
def test_pipelines_go_from_bucket_to_bucket(
    place: Place, home: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    """Raw tables come out of the store, features go by way of it where they are files, and predictions end in it."""
    wanted = [part for name in names for part in ("--strategy", name)]
    raw, scored = (f"s3://{BUCKET}/{home.parent.name}-{what}" for what in ("raw", "scored"))
    for variable, value in place.store.environ.items():
        monkeypatch.setenv(variable, value)
    made = remote.copy(make_flights_raw(sample=6000), raw, place.store.storage).dataset
    found = place.run("--task", "pipeline", *wanted, "--predictions", scored, *LITTLE, "--timeout", "9m", data=raw)
    assert {name: (found[name]["status"], found[name]["reason"]) for name in names} == dict.fromkeys(
        names, ("ok", None)
    )
    addresses = [place.network.hosts[name].address for name in HOSTS]
    for name in names:
        assert place.store.secret not in json.dumps(found[name])
        if name.startswith("spark"):
            assert found[name]["notes"]["executor_hosts"] == dict.fromkeys(addresses, 1)
            assert found[name]["measures"]["store_bytes"] > 0.9 * sum(made.raw["bytes"].values())
    left = Tree(scored, place.store.storage).list()
    assert len({Path(entry.path).parent for entry in left}) == len(names), "nothing but predictions"
    rows = 0
    for entry in left:
        with place.store.filesystem().open_input_file(f"{scored}/{entry.path}".removeprefix("s3://")) as file:
            rows += pq.read_metadata(file).num_rows
    assert rows == len(names) * made.test_rows
    assert place.cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_a_dataset_is_made_on_three_hosts(place: Place, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts that share no disk make the dataset of one process, from the store to the store."""
    raw, made = f"s3://{BUCKET}/raw-hosts/rows.parquet", f"s3://{BUCKET}/{home.parent.name}"
    stored = f"{place.data.path}/split=train/part-00000.parquet".removeprefix("s3://")
    place.store.filesystem().copy_file(stored, raw.removeprefix("s3://"))
    options = ("--label", place.data.label, "--on", "spark", "--master", place.cluster.url, "--cores", "3")
    with place.start("data", "import", raw, *options, "--out", made) as process:
        out, err = process.communicate(timeout=600)
    assert process.returncode == 0, out + err
    for name, value in place.store.environ.items():
        monkeypatch.setenv(name, value)
    expected = import_parquet(raw, place.data.label, storage=place.store.storage)
    found = open_manifest(made, place.store.storage)
    assert found.dataset.fingerprint == expected.dataset.fingerprint
    assert found.labels == expected.labels
    assert place.cluster.idle()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("framework", ["keras", pytest.param("torch", marks=pytest.mark.torch)])
def test_ranks_on_three_hosts_train_a_users_network_behind_a_proxy(place: Place, framework: str) -> None:
    """They have its source, though they see no file of it; where a proxy answers nobody, their traffic goes past it."""
    (place.network.hosts["driver"].home / "nets.py").write_text(NETWORK)
    proxies = [f"{name}=http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "grpc_proxy")]
    settings = [*proxies, f"no_proxy={place.network.address}"]  # the store's
    given = [part for setting in settings for part in ("--spark-conf", f"spark.executorEnv.{setting}")]
    names = OF_FRAMEWORK[framework]
    wanted = [part for name in names for part in ("--strategy", name)]
    found = place.run(*wanted, "--network", "nets.py", "--timeout", "5m", *given, *LITTLE)
    assert {name: (found[name]["status"], found[name]["reason"]) for name in names} == dict.fromkeys(
        names, ("ok", None)
    )
    assert {found[name]["trial"]["network"]["name"] for name in names} == {"nets.py"}
    assert {found[name]["notes"]["network"]["framework"] for name in names} == {framework}
    assert {found[name]["measures"]["parameters"] for name in names} == {(len(place.data.features) + 1) * 4 + 4 + 1}
    addresses = [place.network.hosts[name].address for name in HOSTS]
    for name in names:
        assert found[name]["notes"]["executor_hosts"] == dict.fromkeys(addresses, 1)
        assert place.store.secret not in json.dumps(found[name])
    assert place.cluster.idle()


@pytest.mark.timeout(1300)
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "every"])
def test_rows_are_handed_over_on_three_hosts(place: Place, every: bool) -> None:
    """Ways end well by one command, with files in the store; a directory of one host is a reason to skip."""
    names = on_a_cluster("handoff") if every else HANDOFFS
    wanted = [part for name in names for part in ("--strategy", name)]
    shared = f"s3://{BUCKET}/shared"
    found = place.run(*wanted, "--task", "handoff", "--shared", shared, *LITTLE)
    assert {name: (found[name]["status"], found[name]["reason"]) for name in names} == dict.fromkeys(
        names, ("ok", None)
    )
    for name in names:
        assert ("bytes_written" in found[name]["measures"]) == (name in WITH_FILES)
        assert place.store.secret not in json.dumps(found[name])
    there = pafs.FileSelector(f"{BUCKET}/shared", recursive=True, allow_not_found=True)
    assert not [file.path for file in place.store.filesystem().get_file_info(there) if file.is_file]
    alone = place.run("--strategy", "arrow_files", *LITTLE)["arrow_files"]
    assert alone["status"] == "skipped"
    assert alone["reason"].startswith("Executors on other hosts do not see the directory for files: let --shared name")
    assert place.cluster.idle()


def test_the_hosts_share_no_path(place: Place) -> None:
    """A worker's host sees neither our code nor the driver's home, and the driver not the worker's."""
    driver, worker = place.network.hosts["driver"], place.network.hosts["one"]
    (driver.home / "mine").touch()
    import bench

    seen = subprocess.run(
        [*worker.prefix, "sh", "-c", f"ls {driver.home} {Path(bench.__file__)}; hostname; touch {worker.home}/own"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.stdout.split() == ["one"]
    assert seen.stderr.count("No such file") == 2


@pytest.mark.timeout(400)
def test_a_host_that_is_cut_off_ends_the_trial(place: Place, installed: Plugins, tmp_path: Path) -> None:
    """When a worker's host can no longer be reached, there is a record, and nothing goes on on any host."""
    installed.add("works", WORKS, CONTROL)
    marker = tmp_path / "marker"
    # Spark gives a host up after 90 s, and the host its driver after 75: it is the same after less.
    sooner = ("spark.network.timeout=30s", "spark.executor.heartbeat.maxFailures=5")
    settings = [part for setting in sooner for part in ("--spark-conf", setting)]
    with place.start_run("--strategy", "works", "--timeout", "4m", *settings, MARKER=str(marker)) as process:
        while not marker.exists() and process.poll() is None:
            time.sleep(0.2)
        time.sleep(3)
        place.network.cut("two")
        try:
            record = records(*process.communicate(timeout=300))["works"]
        finally:
            time.sleep(1)
            place.network.mend("two")
    assert record["status"] == "failed", record
    assert record["phase"] == "train"
    assert "processes_left" not in record["notes"]
    assert place.cluster.idle(150)
