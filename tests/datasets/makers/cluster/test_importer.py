"""A Spark job makes the dataset that one process makes: the same rows with the same numbers, or nothing at all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from bench.datasets.format.fingerprint import verify_content
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.cluster import program
from bench.datasets.makers.cluster.request import ImportRequest, SparkPlace
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.times import PARTS
from bench.datasets.store import open_manifest, stage_dataset
from bench.model import Dataset, Storage
from strategies.lib.spark import job
from tests.datasets.conftest import content

Import = Callable[..., subprocess.CompletedProcess[str]]
ROWS = 12_000
FEATURES = "number,whole,word,day"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Three files in Hive partitions: numbers, strings, missing values, and many rows that are equal."""
    generator = np.random.default_rng(0)
    number = generator.normal(size=ROWS).round(1)
    table = pa.table(
        {
            "number": np.where(generator.random(ROWS) < 0.05, np.nan, number),
            "whole": pa.array(generator.integers(-3, 3, ROWS), mask=generator.random(ROWS) < 0.1),
            "word": pa.array(generator.choice(["ant", "bee", "cät"], ROWS), mask=generator.random(ROWS) < 0.1),
            "day": generator.choice(["mon", "tue", "wed"], ROWS),
            "label": number + generator.normal(size=ROWS) > 0,
            "price": (number + generator.normal(size=ROWS)).round(1),
            "size": generator.choice(["s", "m", "l"], ROWS),
            "weight": generator.integers(0, 3, ROWS),
            "time": pa.array(generator.integers(0, 10**9, ROWS), pa.timestamp("s"), mask=generator.random(ROWS) < 0.1),
        }
    )
    days = ds.partitioning(pa.schema([("day", pa.string())]), flavor="hive")
    options = {"max_rows_per_group": 700, "min_rows_per_group": 100}
    ds.write_dataset(table, tmp_path / "raw", format="parquet", partitioning=days, **options)
    return tmp_path / "raw"


@pytest.fixture
def on_spark(bench: Callable[..., subprocess.CompletedProcess[str]]) -> Import:
    """Call `bench data import … --on spark`."""

    def call(path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        options = ("--on", "spark", *(() if "--features" in arguments else ("--features", FEATURES)), *arguments)
        return bench("data", "import", str(path), *options, timeout=280, **environ)

    return call


def facts(manifest: Manifest) -> dict[str, object]:
    """Return what is the same whoever made a dataset: all but its files, and what is a sum of rounded numbers."""
    differ = ("name", "files", "labels", "means", "stds", "label_mean", "label_std", "weight_mean", "bytes")
    return {name: value for name, value in manifest.as_json().items() if name not in differ}


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """What stands for the module that starts Spark: one session, for all imports of this process."""
    place, directory = SparkPlace("local[3]", 3), tmp_path_factory.mktemp("spark")
    anywhere = Dataset("", str(directory), "", (), 0, 0, 0, (), (), "")
    with patch.dict(os.environ):  # which the start of Spark changes
        session = job.start(place, anywhere, directory / "scratch")
        try:
            yield SimpleNamespace(**{**vars(job), "start": lambda *_: session, "stop_spark": lambda _: None})
        finally:
            job.stop_spark(session)


@dataclass(frozen=True)
class Case:
    """An import, by the options that change what is made."""

    label: str
    weight: str = ""
    timestamps: tuple[str, ...] = ()
    categories: str = "codes"
    sample: int | None = None
    files: int | None = None
    group_rows: int | None = None


@pytest.mark.parametrize(
    "case",
    [
        Case("price", weight="weight", timestamps=PARTS, files=2),
        Case("size", categories="hash:16", sample=5000, weight="weight", files=1),
        Case("label", categories="native", timestamps=("hour", "age"), files=4, group_rows=500),
        Case("size", categories="native", timestamps=("day",), sample=300, group_rows=50),
        Case("label", sample=ROWS - 1),
    ],
    ids=lambda case: case.label,
)
def test_the_dataset_is_that_of_one_process(raw: Path, home: Path, sessions: SimpleNamespace, case: Case) -> None:
    """Whatever is asked for, rows, order, splits, means and codes are the same, and row groups are nearly equal."""
    features = (*FEATURES.split(","), *(("time",) if case.timestamps else ()))
    wanted = {name: value for name, value in asdict(case).items() if name not in ("label", "files")}
    expected = import_parquet(str(raw), case.label, features, "here", **wanted)
    with stage_dataset("there") as target:
        request = (str(raw), Storage(), case.label, features, "there", str(target), SparkPlace("local[3]", 3))
        program.main(sessions, ImportRequest(*request, files=case.files, **wanted))
    found = open_manifest("there")
    assert facts(found) == facts(expected)
    for split in ("train", "test"):
        assert found.labels[split].keys() == expected.labels[split].keys()
        for name, value in expected.labels[split].items():
            assert found.labels[split][name] == pytest.approx(value, rel=1e-12)
    assert found.dataset.means == pytest.approx(expected.dataset.means, rel=1e-12)
    assert found.dataset.stds == pytest.approx(expected.dataset.stds, rel=1e-12)
    verify_content(found)
    for split, table in content(found).items():
        assert table.equals(content(expected)[split])
    files = [file for file in found.files if file.path.startswith("split=train")]
    groups = [rows for file in files for rows in file.group_rows]
    assert len(files) == (case.files or 3)
    assert max(groups) < 1.4 * min(groups)
    assert max(groups) <= (case.group_rows or ROWS)
    assert sorted(path.name for path in (home / "there").iterdir()) == ["dataset.json", "split=test", "split=train"]


def test_the_command_makes_it(raw: Path, home: Path, on_spark: Import) -> None:
    """`bench data import --on spark` starts a driver of its own, and says what was made."""
    expected = import_parquet(str(raw), "price", FEATURES.split(","), "here", weight="weight", sample=5000)
    options = ("--label", "price", "--weight", "weight", "--master", "local[2]", "--sample", "5e3", "--files", "3")
    made = on_spark(raw, "--name", "there", *options)
    assert made.returncode == 0, made.stderr
    found = open_manifest("there")
    assert found.dataset.fingerprint == expected.dataset.fingerprint
    assert expected.dataset.fingerprint[:12] in made.stdout
    assert len(found.files) == 6
    assert sorted(path.name for path in home.iterdir()) == ["here", "there"]


def test_what_one_process_refuses_is_refused(home: Path, on_spark: Import, tmp_path: Path) -> None:
    """A fault of the rows, which a task of Spark's finds, is the same sentence, and nothing is left."""
    values = np.r_[np.zeros(499), np.inf]
    pq.write_table(pa.table({"number": values, "label": np.arange(500) % 2}), tmp_path / "bad.parquet")
    refused = on_spark(tmp_path / "bad.parquet", "--label", "label", "--features", "number")
    assert refused.returncode == 2
    assert "The column 'number' holds infinities" in refused.stderr
    assert refused.stderr.endswith("or leave the column out with --features.\n")
    assert not list(home.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of the given size, or of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={getattr(request, 'param', '64k')}", "tmpfs", disk], check=False
    ).returncode:
        pytest.skip("a small disk needs the rights of root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(raw: Path, on_spark: Import, small_disk: Path) -> None:
    """Where a task finds no room for its file, the disk is named, and nothing of the dataset is left."""
    failed = on_spark(raw, "--label", "label", BENCH_DATA=str(small_disk))
    assert failed.returncode == 2, failed.stderr
    assert f"The disk that holds {small_disk}" in failed.stderr
    assert "is full" in failed.stderr
    assert not list(small_disk.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("small_disk", ["12m"], indirect=True)
def test_no_room_for_rows_on_their_way_leaves_nothing(
    tmp_path: Path, home: Path, on_spark: Import, small_disk: Path
) -> None:
    """Where Spark's own files fill a disk, of the driver or of an executor, it says which directory may be another."""
    values = np.random.default_rng(0).normal(size=(8, 400_000)).astype(np.float32)
    table = pa.table({**{f"f{at}": column for at, column in enumerate(values)}, "label": values[0] > 0})
    pq.write_table(table, tmp_path / "large.parquet", row_group_size=50_000)
    features = ("--features", ",".join(table.column_names[:-1]))
    failed = on_spark(tmp_path / "large.parquet", "--label", "label", *features, TMPDIR=str(small_disk))
    assert failed.returncode == 2, failed.stderr
    assert failed.stderr.splitlines()[-1].startswith("Error: A disk that holds Spark's files is full: make room")
    assert not list(small_disk.iterdir())
    assert not list(home.iterdir())


def test_options_of_spark_need_spark(raw: Path, bench: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Options that one process has no use for are refused, and so is a target that is a path."""
    for option in (("--master", "local[2]"), ("--out", "s3://bucket/x"), ("--cores", "2")):
        refused = bench("data", "import", str(raw), "--label", "label", *option)
        assert refused.returncode == 2
        assert "say --on spark, too" in refused.stderr
    refused = bench("data", "import", str(raw), "--label", "label", "--on", "spark", "--out", "there")
    assert refused.returncode == 2
    assert "there is a path, and --out names a store" in refused.stderr
