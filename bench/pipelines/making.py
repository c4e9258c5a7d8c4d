"""Makes a dataset of a user's raw tables, and of the feature table that one engine makes of them by the user's file.

What that engine comes to is what all others have to come to, to the bit, in every trial on the dataset.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.datasets.format.arrays import to_numpy
from bench.datasets.format.digests import TableDigests
from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import Builder
from bench.datasets.makers.layout import Layout
from bench.datasets.store import open_manifest, stage_dataset
from bench.errors import BenchError, UsageError
from bench.model import Dataset, Trial
from bench.pipelines.definition import of_text
from bench.pipelines.engine import ARROW, ENGINES
from bench.pipelines.form import require_form
from bench.problems.binary import BINARY
from bench.problems.regression import REGRESSION
from bench.request import Request

if TYPE_CHECKING:
    import pyarrow as pa

BESIDE = ("row_id", "test")
ENGINE = "duckdb"  # where none is named
LONGEST_REASON = 300  # characters of another program's error


def make_from_raw(
    tables: Path, features: Path, label: str, engine: str, *, name: str, cores: int = 1, force: bool = False
) -> Manifest:
    """Make a dataset out of raw tables.

    Args:
        tables: Directory with a Parquet file for each table, which is called by the file's name.
        features: Python file with ``SQL``, or functions named by engines, as `bench.pipelines.Definition` knows them.
        label: Name of the label among the columns of the feature table.
        engine: Name of the engine that makes the table; one that gives an Arrow table.
        name: Name of the dataset.
        cores: Threads of the engine.
        force: Whether an existing one is replaced.

    Raises:
        UsageError: There is no table, or the feature table is not as it has to be.
        DatasetError: A split is empty, or a label is all alike.
    """
    files, text = table_files(tables), read_definition(features)
    _check_engine(engine)
    with stage_dataset(name, force=force) as directory:
        (directory / "raw").mkdir()
        for file in files.values():
            shutil.copyfile(file, directory / "raw" / file.name)
        raw = {
            "tables": {table: f"raw/{file.name}" for table, file in files.items()},
            "bytes": {table: file.stat().st_size for table, file in files.items()},
            "features": features.name,
            "source": text,
        }
        found = _run(engine, directory, label, raw, cores)
        names = [column for column in found.column_names if column not in BESIDE]
        _check(found, label, names)
        found = found.sort_by("row_id")
        names = [label, *(column for column in names if column != label)]
        test, columns = to_numpy(found["test"]), np.stack([to_numpy(found[column]) for column in names])
        if not np.isfinite(columns).all():
            raise UsageError(f"A value of the feature table is missing or infinite: fill it in {features.name}.")
        digests = TableDigests(names)
        digests.add(np.arange(len(test)), test, list(columns))
        binary = set(np.unique(columns[0]).tolist()) <= {0.0, 1.0}
        layout = Layout(label, tuple(names[1:]), (BINARY if binary else REGRESSION).name, ("0", "1") if binary else ())
        with Builder(directory, layout, {"train": int((~test).sum()), "test": int(test.sum())}) as builder:
            builder.write(test, columns)
        source = {"maker": "from-raw", "engine": engine, "features": features.name}
        builder.finish(name, raw={**raw, "digests": digests.as_json()}, source=source)
    return open_manifest(name)


def table_files(tables: Path) -> dict[str, Path]:
    """Return the Parquet file of each raw table in a directory, by the table's name.

    Args:
        tables: The directory.

    Raises:
        UsageError: There is none, or one is a directory of files.
    """
    files = {file.stem: file for file in sorted(tables.glob("*.parquet"))}
    if not files:
        raise UsageError(f"{tables} holds no Parquet file: give a directory with one for each raw table.")
    if parted := [file for file in files.values() if not file.is_file()]:
        raise UsageError(f"{parted[0]} is no file: write each raw table as one, such as by `coalesce(1)` in Spark.")
    return files


def read_definition(features: Path) -> str:
    """Return the text of a Python file of features.

    Args:
        features: The file.

    Raises:
        UsageError: It is no text.
    """
    try:
        return features.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{features} is no text in UTF-8: give a Python file of features.") from error


def _check_engine(name: str) -> None:
    engine = ENGINES[name]
    if engine.gives != ARROW:
        raise UsageError(f"{name} gives no Arrow table: make the dataset by an engine of one machine.")
    if missing := [need for need in engine.needs if importlib.util.find_spec(need) is None]:
        raise UsageError(
            f"{name} needs {' and '.join(missing)}, not installed here: pip install '{engine.install}', or name "
            "another --engine."
        )


@contextmanager
def _definition_errors(features: str, engine: str) -> Iterator[None]:
    """Turn whatever a user's own features raise into a sentence."""
    try:
        yield
    except BenchError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON].rstrip(" .:")
        raise UsageError(f"{engine} makes no features by {features} ({reason}): mend that, and try again.") from error


def _run(engine: str, directory: Path, label: str, raw: dict[str, Any], cores: int) -> pa.Table:
    """Return the feature table."""
    dataset = Dataset("", str(directory), label, (), 0, 0, 0, (), (), "", raw=raw)
    chosen = ENGINES[engine]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        trial = _trial(engine, dataset, cores, Path(scratch))
        session = chosen.start(trial)
        try:
            with _definition_errors(raw["features"], engine):
                return chosen.features(trial, session, of_text(raw["features"], raw["source"]))
        finally:
            chosen.stop(trial, session)


def _trial(engine: str, dataset: Dataset, cores: int, scratch: Path) -> Trial:
    asked = Request(task="pipeline", cores=cores)
    same = {name: getattr(asked, name) for name in ("task", "cores", "seed", "epochs", "trees", "depth", "bins")}
    return Trial(
        **same,
        strategy=engine,
        dataset=dataset,
        splits_to_score=("test",),
        workers=1,
        threads_per_worker=cores,
        repeat=0,
        batch_size=asked.batch_size[0],
        learning_rate=0.0,
        budget_s=asked.budget_s,
        master=f"local[{cores}]",
        scratch=scratch,
    )


def _check(found: pa.Table, label: str, names: list[str]) -> None:
    require_form(found, (label, *names), row_ids=("int64",))
    row_ids = np.sort(to_numpy(found["row_id"]))
    if not np.array_equal(row_ids, np.arange(len(row_ids))):
        raise UsageError("The row ids of the feature table have to be 0, 1, 2 and so on, each once.")
