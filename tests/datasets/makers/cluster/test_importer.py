"""A Spark job makes the dataset that one process makes: the same rows with the same numbers, or nothing at all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from bench.datasets.format.fingerprint import verify_content
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.store import open_manifest
from tests.datasets.conftest import content
from tests.standalone import FRUGAL

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
        return bench("data", "import", str(path), *options, timeout=280, JDK_JAVA_OPTIONS=FRUGAL, **environ)

    return call


def facts(manifest: Manifest) -> dict[str, object]:
    """Return what is the same whoever made a dataset."""
    found = manifest.as_json()
    names = ("fingerprint", "rows", "problem", "classes", "class_shares", "weight", "imputed", "categories")
    return {name: found[name] for name in names} | {"guess": manifest.source["guess"]}


@pytest.mark.parametrize(
    ("workers", "label", "weight", "layout"),
    [
        (1, "price", "weight", ()),
        (2, "size", "", ("--sample", "5e3")),
        (3, "label", "", ("--files", "4", "--row-group-rows", "500")),
    ],
)
def test_the_dataset_is_that_of_one_process(
    raw: Path, home: Path, on_spark: Import, workers: int, label: str, weight: str, layout: tuple[str, ...]
) -> None:
    """With any number of workers rows, order, splits, means and codes are the same, and row groups are nearly equal."""
    sample = 5000 if "--sample" in layout else None
    expected = import_parquet(str(raw), label, FEATURES.split(","), "here", sample=sample, weight=weight)
    options = ("--label", label, "--weight", weight, "--master", f"local[{workers}]", *layout)
    made = on_spark(raw, "--name", "there", *options)
    assert made.returncode == 0, made.stderr
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
    assert len(files) == (4 if "--files" in layout else workers)
    assert max(groups) < 1.3 * min(groups)
    assert max(groups) <= 500 or "--row-group-rows" not in layout
    assert sorted(path.name for path in home.iterdir()) == ["here", "there"]
    assert sorted(path.name for path in (home / "there").iterdir()) == ["dataset.json", "split=test", "split=train"]


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
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk needs the rights of root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_leaves_nothing(raw: Path, on_spark: Import, small_disk: Path) -> None:
    """Where a task finds no room for its file, the disk is named, and nothing of the dataset is left."""
    failed = on_spark(raw, "--label", "label", BENCH_DATA=str(small_disk))
    assert failed.returncode == 2, failed.stderr
    assert f"The disk that holds {small_disk}" in failed.stderr
    assert "is full" in failed.stderr
    assert not list(small_disk.iterdir())


def test_options_of_spark_need_spark(raw: Path, bench: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Options that one process has no use for are refused, and so is a target that is a path."""
    for option in (("--master", "local[2]"), ("--out", "s3://bucket/x"), ("--cores", "2")):
        refused = bench("data", "import", str(raw), "--label", "label", *option)
        assert refused.returncode == 2
        assert "say --on spark, too" in refused.stderr
    refused = bench("data", "import", str(raw), "--label", "label", "--on", "spark", "--out", "there")
    assert refused.returncode == 2
    assert "there is a path, and --out names a store" in refused.stderr
