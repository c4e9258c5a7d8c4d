"""Grading holds what it must, and no more for each row and class."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import PredictionWriter
from bench.datasets.makers.synthetic import make_synthetic
from bench.model import Dataset

pytestmark = pytest.mark.usefixtures("home")
# An allocator for each thread keeps up to 20 MB for itself, of a peak of 260 MB.
ONE_ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}
FEW, MANY = 300_000, 1_200_000
PEAK = """
import re, sys
from pathlib import Path
from bench.datasets import open_dataset
from bench.trial import quality
quality.grade(open_dataset(sys.argv[1]), ("train", "test"), Path(sys.argv[2]))
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def answers(dataset: Dataset, path: Path, width: int) -> Path:
    """Write an answer for each row, in an order of their own."""
    generator = np.random.default_rng(0)
    row_ids = generator.permutation(dataset.rows)
    with PredictionWriter(path, width) as writer:
        for part in np.array_split(row_ids, dataset.rows // 50_000):
            shares = generator.random((len(part), max(width, 1)), np.float32) + 0.1
            writer.write(part, shares / shares.sum(axis=1, keepdims=True) if width else shares / 2)
    return path


@pytest.mark.parametrize(
    ("kind", "classes"), [("binary", 0), ("regression", 0), pytest.param("multiclass", 20, marks=pytest.mark.slow)]
)
def test_bytes_of_a_row(kind: str, classes: int, tmp_path: Path) -> None:
    """A row takes 130 bytes at most, and four more for each class."""
    peaks = []
    for rows in (FEW, MANY):
        dataset = make_synthetic(rows, 1, kind=kind, classes=classes or None, name=f"of-{rows}").dataset
        written = answers(dataset, tmp_path / f"{rows}.parquet", classes)
        command = [sys.executable, "-c", PEAK, dataset.path, str(written)]
        environ = {**os.environ, **ONE_ALLOCATOR}
        # What it keeps for itself still differs from run to run.
        runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=environ) for _ in range(3)]
        peaks.append(1024 * min(int(done.stdout) for done in runs))
    assert (peaks[1] - peaks[0]) / (MANY - FEW) <= 130 + 4 * classes
