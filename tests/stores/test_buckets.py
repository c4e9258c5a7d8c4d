"""Datasets in a real object store: read, planned with, graded; and every way in which a store fails."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from bench import Dataset, rows
from bench.datasets import open_dataset, remote
from bench.datasets.format.fingerprint import Fingerprint, verify_content
from bench.datasets.makers.cluster.target import Target
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.source import open_source
from bench.datasets.makers.synthetic import make_synthetic
from bench.datasets.register.register import register_table
from bench.datasets.store import open_manifest
from bench.errors import BenchError, DatasetError, ResultsError, StorageError, UsageError
from bench.machine.limits import cores_available
from bench.model import Storage
from bench.records.bucket import _LOG, Bucket, make_local_directory
from bench.records.directory import latest, read_run
from bench.request import Request
from bench.runs import campaign as campaigns
from bench.runs import execution
from bench.runs.progress import Progress
from bench.runs.selection import select
from bench.stores import filesystem, traffic
from bench.stores.tree import Tree
from bench.testing.support import make_tiny_dataset
from bench.trial import references
from strategies.lib.spark.workers import open_once
from tests.conftest import CONTROL, Plugins
from tests.objectstore import BUCKET, ObjectStore, Proxy, free_ports
from tests.runs.test_disturbed import TRAIN, load

PART = "split=train/part-00000.parquet"


@pytest.fixture(scope="module", autouse=True)
def _credentials(store: ObjectStore) -> Iterator[None]:
    """Have this process find its credentials where all programs do."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.environ.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The small dataset, on this machine's disk."""
    return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="module")
def there(here: Dataset, store: ObjectStore) -> Dataset:
    """The same dataset in the bucket."""
    return remote.copy(open_manifest(here.path), f"s3://{BUCKET}/tiny", store.storage).dataset


@pytest.fixture
def copy(here: Dataset, store: ObjectStore, request: pytest.FixtureRequest) -> Dataset:
    """One more copy in the bucket, which a test may spoil."""
    name = request.node.name.partition("[")[0]
    return remote.copy(open_manifest(here.path), f"s3://{BUCKET}/{name}", store.storage).dataset


@pytest.fixture
def proxy(store: ObjectStore) -> Iterator[Proxy]:
    """A proxy in front of the store."""
    proxy = Proxy(store.endpoint)
    yield proxy
    proxy.close()


def _train(dataset: Dataset, threads: int = 2) -> np.ndarray:
    return rows.open(dataset, "train").matrix(threads)[0]


def test_a_dataset_is_the_same_wherever_it_lies(here: Dataset, there: Dataset) -> None:
    """Facts, fingerprint and rows are those of the dataset that was copied."""
    assert replace(there, path=here.path, storage=here.storage, listing="") == here
    assert there.path == f"s3://{BUCKET}/tiny"
    assert np.array_equal(_train(here), _train(there))
    verify_content(open_manifest(there.path, there.storage))


def test_somebodys_rows_are_imported_from_a_bucket(
    here: Dataset,
    store: ObjectStore,
    home: Path,
    tmp_path: Path,
    bench: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """Parquet in a bucket makes the dataset that the same files on a disk make; a store that is down is a sentence."""
    files = sorted(Path(here.path, "split=train").glob("*.parquet"))
    filesystem = store.filesystem()
    filesystem.create_dir(f"{BUCKET}/rows")
    for file in files:
        with filesystem.open_output_stream(f"{BUCKET}/rows/{file.name}") as out:
            out.write(file.read_bytes())
    there = bench("data", "import", f"s3://{BUCKET}/rows", "--label", here.label, "--name", "there")
    assert there.returncode == 0, there.stderr
    shutil.copytree(f"{here.path}/split=train", tmp_path / "rows")
    imported = import_parquet(str(tmp_path / "rows"), here.label, name="here")
    made = open_manifest("there")
    assert made.dataset.fingerprint == imported.dataset.fingerprint
    assert made.source["path"] == f"s3://{BUCKET}/rows"
    assert made.source["endpoint"] == store.endpoint
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    down = bench("data", "import", f"s3://{BUCKET}/rows", "--label", here.label, "--name", "x", "--endpoint", nobody)
    assert down.returncode == 5, down.stderr
    assert f"The store {nobody} could not be reached" in down.stderr.splitlines()[-1]
    assert sorted(path.name for path in home.iterdir()) == ["here", "there"]


@pytest.mark.usefixtures("home")
def test_a_dataset_of_ours_is_not_imported_from_a_bucket(there: Dataset) -> None:
    """As on a disk, it is to be used as it is, and so is each of its splits; whatever names are taken."""
    make_synthetic(1000, 2, name="tiny")
    for inside in ("", "/split=train", f"/{PART}", "/split=*/*.parquet"):
        with pytest.raises(DatasetError, match=f"^{there.path} is a dataset of bench already"):
            import_parquet(f"{there.path}{inside}", there.label, storage=there.storage)


def test_footers_of_an_input_are_read_at_once(store: ObjectStore, proxy: Proxy) -> None:
    """Many files do not wait for each other's answers, and the first damaged one is named."""
    files = store.filesystem()
    names = [f"{BUCKET}/many/{number:02}.parquet" for number in range(12)]
    for name in names:
        with files.open_output_stream(name) as out:
            pq.write_table(pa.table({"a": np.arange(3)}), out)
    proxy.delay_s = 0.1
    source = open_source(f"s3://{BUCKET}/many", replace(store.storage, endpoint=proxy.endpoint))
    assert source.rows == 36
    assert [piece.file.path for piece in source.pieces] == names
    assert proxy.most_at_once > 6
    for name in names[5:7]:
        with files.open_output_stream(name) as out:
            out.write(b"no Parquet, but long enough")
    with pytest.raises(DatasetError, match=r"many/05\.parquet"):
        open_source(f"s3://{BUCKET}/many", store.storage)


def test_of_two_imports_to_one_place_one_goes_on(store: ObjectStore) -> None:
    """Whoever comes second, or at the same moment, is refused before a row is written, and takes nothing away."""
    targets = [Target(f"s3://{BUCKET}/claimed", store.storage) for _ in range(4)]
    together = threading.Barrier(len(targets))

    def claim(target: Target) -> bool:
        together.wait()
        try:
            target.claim()
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(len(targets)) as pool:
        won = sum(pool.map(claim, targets))
    assert won <= 1
    tree = Tree(targets[0].place, store.storage)
    assert len(tree.list()) == won
    if not won:
        targets[0].claim()
    with pytest.raises(UsageError, match="Something lies at"):
        targets[1].claim()
    targets[0].sweep()
    assert not tree.list()


def test_nothing_is_overwritten(here: Dataset, there: Dataset, store: ObjectStore) -> None:
    """A copy goes to where nothing lies."""
    with pytest.raises(UsageError, match="lies at"):
        remote.copy(open_manifest(here.path), there.path, store.storage)


def test_opening_reads_footers_only(there: Dataset) -> None:
    """To open a dataset takes a listing, the manifest and each file's footer, and no row."""
    traffic.own.take()
    manifest = open_manifest(there.path, there.storage)
    requests, read = traffic.own.take()
    assert requests <= 3 + 3 * len(manifest.files)
    assert read < manifest.bytes / 8


def test_columns_that_nobody_asked_for_are_not_read(there: Dataset) -> None:
    """One column of ten takes about a tenth of the bytes, and a row group is one range."""
    measured = []
    for columns in (["row_id"], ["row_id", there.label, *there.features]):
        train = rows.open(there, "train")
        traffic.own.take()
        assert sum(len(table) for table in train.tables(columns)) == there.train_rows
        measured.append(traffic.own.take())
    (requests, few), (_, all_of_them) = measured
    assert few < all_of_them / 3
    assert requests <= 8 + len(train.groups)


def test_a_worker_reads_its_own_row_groups(there: Dataset) -> None:
    """Half of the rows take half of the bytes."""
    train = rows.open(there, "train")
    traffic.own.take()
    train.matrix(1)
    _, whole = traffic.own.take()
    rows.open(there, "train").shard(1, 2).matrix(1)
    _, half = traffic.own.take()
    assert 0.4 * whole < half < 0.6 * whole


def test_a_worker_opens_a_split_once(there: Dataset) -> None:
    """Partitions that one Python worker reads share a plan, unless the dataset was opened at another time."""
    train = open_once(there, "train")
    traffic.own.take()
    assert open_once(there, "train") is train
    assert traffic.own.take() == (0, 0)
    assert open_once(replace(there, listing=""), "train").groups == train.groups
    assert traffic.own.take() != (0, 0)


def test_footers_are_asked_for_once(there: Dataset) -> None:
    """The manifest has the plan, so that opening asks for no footer; a second reading asks for rows only."""
    traffic.own.take()
    train = rows.open(there, "train")
    opening, _ = traffic.own.take()
    list(train.tables(["row_id"]))
    first, _ = traffic.own.take()
    list(train.tables(["row_id"]))
    again, _ = traffic.own.take()
    files = len({group.path for group in train.groups})
    assert opening <= 4
    assert again <= first - 2 * files


def test_an_object_that_is_gone_is_named(copy: Dataset, store: ObjectStore) -> None:
    """What was there when the run was planned and is not when it is read ends the reading, and says so."""
    train = rows.open(copy, "train")
    store.filesystem().delete_file(f"{BUCKET}/{copy.path.rpartition('/')[2]}/{PART}")
    for read in (lambda: _train(copy), lambda: train.matrix(1)):
        with pytest.raises(DatasetError, match=f"{PART} is gone since the dataset was opened"):
            read()


def test_an_object_that_was_replaced_is_refused(copy: Dataset, store: ObjectStore) -> None:
    """Another whole object, of the same size and with valid checksums, is no longer the dataset of the plan."""
    train, twice = rows.open(copy, "train"), rows.open(copy, "train")
    twice.matrix(1)
    _write_another(store, copy)
    with pytest.raises(DatasetError, match="written anew since the dataset was opened"):
        _train(copy)
    for opened in (train, twice):
        with pytest.raises(DatasetError, match=rf"{PART} (has changed since the dataset was opened|is damaged)"):
            opened.matrix(1)


def test_an_object_that_is_replaced_while_it_is_read_is_refused(copy: Dataset, store: ObjectStore) -> None:
    """Rows of two versions are never mixed: the reading ends with an error, though each page is whole."""
    tables = rows.open(copy, "train").tables(["row_id"])
    next(tables)
    _write_another(store, copy)
    with pytest.raises(DatasetError, match=rf"{PART} (has changed|is damaged)"):
        list(tables)


def _write_another(store: ObjectStore, dataset: Dataset) -> None:
    """Put the same rows in another order in place of an object: valid, and of the same size."""
    time.sleep(1.1)  # stores tell the time of an object in whole seconds
    place = f"{BUCKET}/{dataset.path.rpartition('/')[2]}/{PART}"
    filesystem = store.filesystem()
    file = pq.ParquetFile(filesystem.open_input_file(place))
    size = filesystem.get_file_info(place).size
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        file.schema_arrow,
        compression="snappy",
        use_dictionary=False,
        write_page_checksum=True,
        write_statistics=["row_id"],
        data_page_size=2**30,
        max_rows_per_page=2**18,
    ) as writer:
        for group in reversed(range(file.num_row_groups)):
            writer.write_table(file.read_row_group(group))
    content = sink.getvalue().to_pybytes()
    assert len(content) == size
    with filesystem.open_output_stream(place) as output:
        output.write(content)


def test_another_dataset_in_its_place_is_told_by_its_fingerprint(copy: Dataset, store: ObjectStore, home: Path) -> None:
    """A run goes on with the dataset that it was planned with, or not at all."""
    other = make_synthetic(20_000, 8, seed=1, name="tiny")
    filesystem = store.filesystem()
    for file in ["dataset.json", *(file.path for file in other.files)]:
        with filesystem.open_output_stream(f"{BUCKET}/{copy.path.rpartition('/')[2]}/{file}") as output:
            output.write((home / "tiny" / file).read_bytes())
    with pytest.raises(DatasetError, match=rf"fingerprint is {other.dataset.fingerprint[:12]}"):
        _train(copy)


def test_a_store_that_is_killed_while_it_is_read_from(there: Dataset, store: ObjectStore) -> None:
    """A store that goes is an error that says so, and when it is back its rows are read again."""
    tables = rows.open(there, "train").tables(["row_id", *there.features])
    next(tables)
    store.kill()
    try:
        with pytest.raises(StorageError, match="could not be reached"):
            list(tables)
    finally:
        store.start()
    assert len(_train(there)) == there.train_rows


@pytest.mark.parametrize("then", ["close", "stall"])
def test_a_store_that_breaks_off_or_stalls(
    there: Dataset, proxy: Proxy, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that ends in its middle, or never, is an error."""
    monkeypatch.setattr(filesystem, "SECONDS_OF_SILENCE", 1.0)
    dataset = replace(there, storage=replace(there.storage, endpoint=proxy.endpoint))
    train = rows.open(dataset, "train")
    proxy.then, proxy.left = then, 100_000
    with pytest.raises(BenchError, match=f"{PART}"):
        train.matrix(1)


def test_a_slow_store_only_takes_longer(there: Dataset, proxy: Proxy) -> None:
    """Rows that come slowly are the same rows."""
    proxy.delay_s = 0.02
    dataset = replace(there, storage=replace(there.storage, endpoint=proxy.endpoint))
    assert len(_train(dataset)) == there.train_rows


def test_a_store_is_reached_by_way_of_a_proxy(there: Dataset, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names a proxy, a store whose name only the proxy knows is read; `no_proxy` counts."""
    beyond = replace(there, storage=replace(there.storage, endpoint="http://store.invalid"))
    monkeypatch.setenv("http_proxy", proxy.endpoint)
    assert np.array_equal(_train(beyond), _train(there))
    monkeypatch.setenv("no_proxy", ".invalid")
    with pytest.raises(StorageError, match="could not be reached"):
        _train(beyond)


def test_behind_a_proxy_a_buckets_region_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up of a region takes no proxy, so the sentence asks for the option."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(UsageError, match="say --region"):
        filesystem.filesystem("s3://somewhere/else", Storage())


@pytest.mark.parametrize(
    ("uri", "environ", "code", "sentence"),
    [
        (f"s3://{BUCKET}/tiny", {"AWS_SECRET_ACCESS_KEY": "wrong"}, 2, "credentials .* were refused"),
        (f"s3://{BUCKET}/tiny", {"AWS_ACCESS_KEY_ID": "nobody"}, 2, "credentials .* were refused"),
        ("s3://no-such-bucket/tiny", {}, 2, "no bucket 'no-such-bucket'"),
        (f"s3://{BUCKET}/nothing", {}, 2, "no dataset at"),
        (f"s3://{BUCKET}/tiny", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 5, "could not be reached"),
    ],
)
def test_what_cannot_be_opened_is_a_sentence(
    bench: Callable[..., subprocess.CompletedProcess[str]],
    there: Dataset,
    tmp_path: Path,
    uri: str,
    environ: dict[str, str],
    code: int,
    sentence: str,
) -> None:
    """Before anything runs, one sentence and the documented exit code, and no directory of a run."""
    assert there
    answer = bench("run", "--data", uri, "--strategy", "null", **environ)
    assert answer.returncode == code, answer.stderr
    (line,) = answer.stderr.splitlines()
    assert re.search(sentence, line), line
    assert not (tmp_path / "results").exists()


def test_describe_and_copy(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, there: Dataset
) -> None:
    """The command line copies a dataset into a bucket and describes it there."""
    uri = f"s3://{BUCKET}/by-hand"
    assert bench("data", "copy", here.path, uri).returncode == 0
    described = json.loads(bench("data", "describe", uri, "--json", "--verify").stdout)
    assert described["path"] == uri
    assert described["fingerprint"] == there.fingerprint


def test_a_store_that_fails_in_a_trial_is_a_record(
    bench: Callable[..., subprocess.CompletedProcess[str]], there: Dataset, proxy: Proxy, tmp_path: Path
) -> None:
    """When the store breaks off in the middle, the trial has failed, the record says why, and the exit code is 1."""
    proxy.left = 400_000  # what opening takes, and part of the rows
    answer = bench("run", "--data", there.path, "--strategy", "xgboost", "--endpoint", proxy.endpoint)
    assert answer.returncode == 1, answer.stderr
    records = {record["trial"]["strategy"]: record for record in read_run(latest(tmp_path / "results")).records}
    assert records["null"]["status"] == "ok"
    assert records["xgboost"]["status"] == "failed"
    assert there.path in records["xgboost"]["reason"]
    assert records["xgboost"]["quality"] is None


VANISHES = """
    from bench.datasets import open_dataset
    from bench.stores import filesystem
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.spark import gather
    from strategies.lib.spark.session import stop_spark
    from strategies.lib.spark.session import start_spark
    from strategies.lib.spark import frames

    @hookimpl
    def bench_setup(trial):
        return start_spark(trial)

    @hookimpl
    def bench_train(trial, session):
        table = open_dataset("vanishing")
        rows = frames.read(session, table, "train")
        opened, root = filesystem.filesystem(table.table, trial.dataset.storage)
        opened.delete_file(f"{root}/rows.parquet")
        try:
            frames.load(frames.assemble(rows, table))
        except RankError as error:
            trial.note("of_the_table", str(error))
        rows = frames.read(session, trial.dataset, "train").selectExpr("row_id", "f0 as score")
        opened, root = filesystem.filesystem(trial.dataset.path, trial.dataset.storage)
        opened.delete_file(f"{root}/split=train/part-00000.parquet")
        gather.write(trial, rows)

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_an_object_that_goes_under_a_data_frame_is_named(
    bench: Callable[..., subprocess.CompletedProcess[str]],
    copy: Dataset,
    store: ObjectStore,
    installed: Plugins,
    tmp_path: Path,
) -> None:
    """What Spark says in pages of a job that failed becomes the sentence of the worker that could not read."""
    installed.add("vanishes", VANISHES)
    raw = f"{BUCKET}/raw-vanishing"
    store.filesystem().copy_file(f"{copy.path}/{PART}".removeprefix("s3://"), f"{raw}/rows.parquet")
    register_table(f"s3://{raw}", copy.label, storage=store.storage, name="vanishing")
    bench("run", "--data", copy.path, "--strategy", "vanishes")
    records = {record["trial"]["strategy"]: record for record in read_run(latest(tmp_path / "results")).records}
    assert records["vanishes"]["reason"].startswith(f"RankError: The object {copy.path}/{PART} is gone since")
    assert records["vanishes"]["notes"]["of_the_table"].startswith(f"The file {raw}/rows.parquet is gone since")


LARGE = """
    import os
    from functools import partial

    from strategies.lib.spark import barrier
    from strategies.lib.spark import shards
    from strategies.lib.spark.session import stop_spark
    from strategies.lib.spark.session import start_spark
    from strategies.lib.spark import frames

    @hookimpl
    def bench_setup(trial):
        return barrier.start(trial)

    @hookimpl
    def bench_train(trial, session):
        shards.score(trial, session, partial(load, bytes(2_000_000)))
        files = [path for path in trial.scratch.rglob("*") if path.is_file()]
        secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
        trial.note("files", len(files))
        trial.note("hold_the_secret", [path.name for path in files if secret in path.read_bytes()])

    def load(model, threads):
        return lambda features: features[:, 0] * 0 + 0.5

    @hookimpl
    def bench_teardown(session):
        stop_spark(session)
"""


@pytest.mark.slow
def test_keys_are_in_no_file_beside_a_large_model(
    bench: Callable[..., subprocess.CompletedProcess[str]], there: Dataset, installed: Plugins, tmp_path: Path
) -> None:
    """Of a command above 1 MB Spark makes a file, so that a model does not travel with the keys."""
    installed.add("large", LARGE, CONTROL)
    bench("run", "--data", there.path, "--strategy", "large")
    records = {record["trial"]["strategy"]: record for record in read_run(latest(tmp_path / "results")).records}
    assert records["large"]["status"] == "ok", records["large"]["reason"]
    assert records["large"]["notes"]["files"] > 0
    assert records["large"]["notes"]["hold_the_secret"] == []


REFERENCES = """
import json, sys
from pathlib import Path

from bench.datasets import open_dataset
from bench.datasets.makers.cluster.request import SparkPlace
from bench.model import Storage
from bench.trial import reference_job, reference_maker, references
from strategies.lib.keras import model as model_file
from strategies.lib.keras.network import import_tensorflow
from strategies.lib.networks.answers import ModelError
from strategies.lib.spark import job

uri, storage, directory = sys.argv[1], Storage(**json.loads(sys.argv[2])), Path(sys.argv[3])
place = SparkPlace("local[2]", 2)
session, stop = job.start(place, open_dataset(uri, storage), directory / "spark"), job.stop_spark
job.start, job.stop_spark = lambda *_: session, lambda _: None  # one session for all models
reference_job.BYTES_OF_A_TASK = 40_000


def score(name, model, place=None):
    (directory / name).mkdir()
    return directory / name / reference_maker.main(references.MODELS, uri, storage, directory / name, model, place)


file = score("file", None)
score("file-by-spark", file, place)
tf = import_tensorflow(2)
model_file.load(file).save(directory / "model", save_format="tf")
score("directory", directory / "model")
score("directory-by-spark", directory / "model", place)
rows = tf.keras.layers.Input((8,))
tf.keras.Model(rows, tf.keras.layers.Dense(1)(rows)).save(directory / "linear.keras")
try:
    score("linear", directory / "linear.keras", place)
except ModelError as error:
    (directory / "refused").write_text(str(error))
stop(session)
"""


@pytest.mark.slow
def test_reference_scores_by_spark_are_those_of_one_process(there: Dataset, store: ObjectStore, tmp_path: Path) -> None:
    """The files are the same byte for byte, whatever the form of the model; a wrong model is the same sentence."""
    command = [sys.executable, "-c", REFERENCES, there.path, json.dumps(asdict(store.storage)), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for form in ("file", "directory"):
        one, other = (tmp_path / name / references.PREDICTIONS for name in (form, f"{form}-by-spark"))
        assert pq.read_metadata(one).num_rows == there.rows
        assert one.read_bytes() == other.read_bytes()
    assert (tmp_path / "refused").read_text() == "some of its outputs are no probabilities: it must end with a sigmoid."


def test_two_runs_at_once_keep_all_records(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, tmp_path: Path
) -> None:
    """Two runs into one place, and one run that two go on with at once, lose no record of each other's."""
    out = f"s3://{BUCKET}/runs"
    arguments = ("run", "--data", here.path, "--strategy", "null", "--repeat", "3", "--out", out)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: bench(*arguments), range(2)))
        assert [answer.returncode for answer in answers] == [0, 0], answers[0].stderr
        places = [re.search(rf"Records and logs: ({out}/\S+)", answer.stdout)[1] for answer in answers]
        assert places[0] != places[1]
        resumed = pool.map(lambda _: bench("run", "--resume", places[0].rpartition("/")[2], "--out", out), range(2))
        assert [answer.returncode for answer in resumed] == [0, 0]
    for place in places:
        assert bench("fetch", place).returncode == 0
        assert bench("show", place.rpartition("/")[2]).returncode == 0
        campaign = read_run(tmp_path / "results" / place.rpartition("/")[2])
        assert len(campaign.records) == 3
        assert all((campaign.directory.path / record["log"]).exists() for record in campaign.records)
    assert bench("fetch", places[0]).returncode == 2
    assert bench("fetch", f"{out}/none").returncode == 2


def test_a_run_in_a_bucket_is_named_by_its_uri(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, installed: Plugins
) -> None:
    """Where others disturbed it, the command that measures again works: this machine no longer has its directory."""
    installed.add("brisk", TRAIN.format(seconds=0.5))
    out = f"s3://{BUCKET}/busy"
    with load(cores_available()):
        answer = bench("run", "--data", here.path, "--strategy", "brisk", "--out", out)
    assert answer.returncode == 0, answer.stderr
    place = re.search(rf"Records and logs: ({out}/\S+)", answer.stdout)[1]
    assert "ok, disturbed" in answer.stdout
    assert re.findall(r"--resume (\S+)", answer.stdout) == [place]


def test_records_that_are_made_at_once_are_all_there(here: Dataset, store: ObjectStore, tmp_path: Path) -> None:
    """Writers that share a run use each name once, so that a hundred records at once are a hundred records."""
    request = Request(strategies=("null",))
    campaign = campaigns.start(request, here, select(request), tmp_path, ["test"])
    (record,) = execution.execute(campaign, 60, Progress(Console(quiet=True), 1))
    bucket = Bucket(f"s3://{BUCKET}/shared", store.storage)
    bucket.begin(campaign.directory)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bucket.keep(campaign.directory, record), range(100)))
    assert bucket.runs() == [campaign.directory.name]
    fetched = read_run(bucket.fetch(campaign.directory.name, tmp_path / "fetched"))
    assert fetched.records == [record] * 100
    assert fetched.run == read_run(campaign.directory.path).run


def test_objects_that_are_damaged_or_lead_elsewhere_are_left_out(
    here: Dataset, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record that was cut off counts as not run and is named, and a log's name is a name and no path."""
    request = Request(strategies=("null",))
    campaign = campaigns.start(request, here, select(request), tmp_path, ["test"])
    (record,) = execution.execute(campaign, 60, Progress(Console(quiet=True), 1))
    bucket, name = Bucket(f"s3://{BUCKET}/spoilt", store.storage), campaign.directory.name
    bucket.begin(campaign.directory)
    bucket.keep(campaign.directory, record)
    bucket.put(f"{name}/records/empty.json", b"")
    bucket.put(f"{name}/logs/deeper/x", b"")
    fetched = bucket.fetch(name, tmp_path / "fetched")
    assert read_run(fetched).records == [record]
    assert [log.name for log in (fetched / "logs").iterdir()] == [Path(record["log"]).name]
    assert capsys.readouterr().err == f"{bucket.uri}/{name}/records/empty.json is damaged, and counts as not run.\n"
    assert not any(map(_LOG.fullmatch, ("logs/../x", "logs/..", "logs/.", "logs/../../x", "logs//x")))
    bucket.put(f"{name}/run.json", b"")
    with pytest.raises(ResultsError, match="is damaged"):
        bucket.fetch(name, tmp_path / "again")


def test_a_store_that_fails_keeps_what_was_measured(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, proxy: Proxy
) -> None:
    """When results cannot be put any more, the sentence says where they lie on this machine."""
    proxy.left = 1500  # enough for run.json and a little more
    out = f"s3://{BUCKET}/cut-off"
    answer = bench(
        "run", "--data", here.path, "--strategy", "null", "--repeat", "9", "--out", out, AWS_ENDPOINT_URL=proxy.endpoint
    )
    assert answer.returncode == 5, answer.stderr
    kept = Path(re.search(r"kept in (\S+)\.$", answer.stderr.splitlines()[-1])[1])
    assert read_run(kept).records
    shutil.rmtree(kept.parent)


def test_a_report_that_cannot_be_put_takes_nothing_along(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, proxy: Proxy
) -> None:
    """When the store fails at the last object, the table is there, and the sentence says where the records are."""
    arguments = ("run", "--data", here.path, "--strategy", "null", "--out", f"s3://{BUCKET}/no-report")
    proxy.left = 1_000_000
    assert bench(*arguments, AWS_ENDPOINT_URL=proxy.endpoint).returncode == 0
    proxy.left = 1_000_000 - proxy.left - 100  # all but the end of the last answer
    answer = bench(*arguments, AWS_ENDPOINT_URL=proxy.endpoint)
    assert answer.returncode == 5, answer.stderr
    assert "Overhead of the harness itself" in answer.stdout
    kept = Path(re.search(r"kept in (\S+)\.$", answer.stderr.splitlines()[-1])[1])
    assert read_run(kept).records
    shutil.rmtree(kept.parent)


def test_what_is_beside_a_store_goes_unless_there_are_records(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C leaves no empty directory, and of one with records it is said where it is."""
    places = []
    for name in ("run.json", "records.jsonl"):
        with pytest.raises(KeyboardInterrupt), make_local_directory() as directory:
            places.append(directory)
            (directory / "run").mkdir()
            (directory / "run" / name).touch()
            raise KeyboardInterrupt
    assert [place.exists() for place in places] == [False, True]
    assert capsys.readouterr().err == f"What was measured is kept in {places[1]}.\n"
    shutil.rmtree(places[1])


def test_the_way_on_has_the_store(store: ObjectStore) -> None:
    """Who goes on with a run needs the endpoint again."""
    bucket = Bucket(f"s3://{BUCKET}/runs", store.storage)
    assert bucket.options == f" --endpoint {store.endpoint} --region us-east-1"


@pytest.mark.parametrize(
    ("out", "environ", "code"),
    [("s3://no-such-bucket/runs", {}, 2), (f"s3://{BUCKET}/runs", {"AWS_SECRET_ACCESS_KEY": "wrong"}, 2)],
)
def test_results_that_cannot_be_put_are_refused_before_anything_runs(
    bench: Callable[..., subprocess.CompletedProcess[str]], here: Dataset, out: str, environ: dict[str, str], code: int
) -> None:
    """One sentence, and nothing has run."""
    answer = bench("run", "--data", here.path, "--strategy", "null", "--out", out, **environ)
    assert answer.returncode == code
    (line,) = answer.stderr.splitlines()
    assert line.startswith("Error: ")


class _Commands(threading.Thread):
    """Looks at all command lines of the machine for as long as it is watched."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.05):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(process.read_bytes())
                except OSError:
                    continue


@pytest.mark.timeout(400)
def test_no_credential_is_left_anywhere(
    bench: Callable[..., subprocess.CompletedProcess[str]], there: Dataset, store: ObjectStore, tmp_path: Path
) -> None:
    """After runs with Spark and without it, no file, no output and no command line has held a secret."""
    commands = _Commands()
    commands.start()
    names = ["xgboost_barrier", "mllib_linear"]
    wanted = [part for name in names for part in ("--strategy", name)]
    answer = bench("run", "--data", there.path, *wanted, "--trees", "5", timeout=350)
    commands.ended.set()
    commands.join()
    assert answer.returncode == 0, answer.stdout
    directory = latest(tmp_path / "results")
    records = {record["trial"]["strategy"]: record for record in read_run(directory).records}
    for name in names:
        assert records[name]["measures"]["store_requests"] > 10
        assert records[name]["measures"]["store_bytes"] > there.train_rows
    assert json.loads((directory / "run.json").read_text())["dataset"]["storage"] == {
        "endpoint": store.endpoint,
        "region": None,
        "anonymous": False,
    }
    left = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    left |= {Path("output"): (answer.stdout + answer.stderr).encode(), Path("command lines"): b"".join(commands.seen)}
    assert any(b"java" in command for command in commands.seen)
    for place, content in left.items():
        for hidden in (store.secret, store.access_key):
            assert hidden.encode() not in content, f"{hidden} is in {place}"


@pytest.mark.timeout(300)
def test_spark_reads_the_same_rows(there: Dataset, store: ObjectStore, home: Path, tmp_path: Path) -> None:
    """By way of pyarrow, Spark gets every row once, bit for bit, of a dataset and of a registered table."""
    script = Path(__file__).parents[1] / "strategies" / "observe_source.py"
    raw = f"{BUCKET}/raw-of-spark/rows.parquet"
    store.filesystem().copy_file(f"{there.path}/{PART}".removeprefix("s3://"), raw)
    table = register_table(f"s3://{raw}", there.label, storage=store.storage, name="table").dataset
    assert table.path == str(home / "table")
    facts = json.dumps(
        {"path": there.path, "endpoint": there.storage.endpoint, "table": "table", "scratch": str(tmp_path)}
    )
    answer = subprocess.run([sys.executable, script, facts], capture_output=True, text=True, timeout=280, check=False)
    assert answer.returncode == 0, answer.stderr
    seen = json.loads(answer.stdout.splitlines()[-1])
    assert seen["fingerprint"] == there.fingerprint
    assert seen["partitions"] == 5
    assert seen["columns"] == ["row_id", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"]
    assert seen["bytes_of_features"] < 0.95 * seen["bytes"]
    assert seen["of_the_table"] == [_content(table), 5]
    assert seen["bytes_of_the_table"] > 100_000
    assert seen["processes_left"] == 0


def _content(dataset: Dataset) -> str:
    """Return the fingerprint of the rows as `bench.rows` reads them."""
    fingerprint = Fingerprint(dataset.columns)
    for split in ("train", "test"):
        for part in rows.open(dataset, split).tables(["row_id", *dataset.columns]):
            columns = np.stack([part[name].to_numpy() for name in dataset.columns])
            fingerprint.add(split, part["row_id"].to_numpy(), columns)
    return fingerprint.hexdigest()


def test_an_anonymous_reader_needs_the_right_to_read(there: Dataset, store: ObjectStore) -> None:
    """Without credentials, a private bucket is a sentence about --anonymous."""
    with pytest.raises(DatasetError, match="anonymously"):
        open_dataset(there.path, Storage(store.endpoint, anonymous=True))
