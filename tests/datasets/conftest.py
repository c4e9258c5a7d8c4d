"""Fixtures of the tests of datasets: rows, and Parquet files that are easily written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.datasets.format.manifest import Manifest


@pytest.fixture
def rows() -> pa.Table:
    """500 rows with a number, a whole number, a boolean, a string and a label."""
    generator = np.random.default_rng(0)
    number = generator.normal(size=500)
    return pa.table(
        {
            "number": number,
            "whole": generator.integers(-5, 5, 500),
            "flag": generator.random(500) < 0.5,
            "word": generator.choice(["ant", "bee", "cat"], 500),
            "label": (number + generator.normal(size=500) > 0).astype(np.int64),
        }
    )


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a table, or columns, to a Parquet file."""

    def write(table: pa.Table | dict[str, object], name: str = "input.parquet", **options: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return path

    return write


def content(manifest: Manifest) -> dict[str, pa.Table]:
    """Read both splits of a dataset, in the order of their files and rows."""
    path = Path(manifest.dataset.path)
    splits = {split: sorted(path.glob(f"split={split}/*.parquet")) for split in ("train", "test")}
    return {split: pa.concat_tables(pq.ParquetFile(file).read() for file in files) for split, files in splits.items()}
