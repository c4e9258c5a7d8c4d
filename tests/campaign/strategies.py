"""Strategies that cost next to nothing, and the table that is imported: what cheap plans work on."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS, FEATURES = 600, 3
# Phases, files in the scratch directory and a child in a session of its own, as real strategies have.
STEPS = '''
"""Some phases, a child and a file."""

import subprocess
import time

from bench import Strategy, hookimpl


@hookimpl
def bench_strategy():
    return Strategy(family="control", distributed=True)


@hookimpl
def bench_setup(trial):
    return subprocess.Popen(["sleep", "600"], start_new_session=True)


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"), (trial.scratch / "block").open("wb", buffering=0) as file:
        for _ in range(8):
            file.write(bytes(16384))
            time.sleep(0.01)
    print("trained", flush=True)
    time.sleep(0.1)


@hookimpl
def bench_teardown(trial, session):
    if session is not None:
        session.kill()
        session.wait()
'''
SCORES = '''
"""Scores each row by its first feature."""

import numpy as np

from bench import Strategy, hookimpl, rows


@hookimpl
def bench_strategy():
    return Strategy(family="linear")


@hookimpl
def bench_train(trial):
    return None


@hookimpl
def bench_predict(trial):
    return rows.write_scores(trial, lambda features: 1 / (1 + np.exp(-features[:, 0])))
'''
SOURCES = {"steps": STEPS, "scores": SCORES}


def install(site: Path) -> None:
    """Install the strategies as a distribution, in a directory for PYTHONPATH."""
    info = site / "campaign-0.dist-info"
    info.mkdir(parents=True)
    for name, source in SOURCES.items():
        (site / f"campaign_{name}.py").write_text(source)
    entries = "".join(f"{name} = campaign_{name}\n" for name in SOURCES)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: campaign\nVersion: 0\n")
    (info / "entry_points.txt").write_text(f"[bench]\n{entries}")


def install_newer(site: Path) -> None:
    """Install nothing but the claim that this package is a newer version, in a directory for PYTHONPATH."""
    info = site / "tf_spark_bench-9.9.dist-info"
    info.mkdir(parents=True)
    known = metadata.distribution("tf-spark-bench")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tf-spark-bench\nVersion: 9.9\n")
    (info / "entry_points.txt").write_text(known.read_text("entry_points.txt") or "")


def write_table(path: Path, rows: int = ROWS) -> None:
    """Write a Parquet file with a label that follows from the features."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(rows, FEATURES))
    columns = {f"x{number}": features[:, number] for number in range(FEATURES)}
    label = (features[:, 0] + generator.normal(size=rows) > 0).astype(np.int64)
    pq.write_table(pa.table({**columns, "label": label}), path, row_group_size=rows // 4)
