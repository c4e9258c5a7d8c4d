"""Runs one strategy in a real trial, for its tests: a small dataset, and strategies that are not installed yet."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, plugins, rows
from bench.machine import commands, limits
from bench.model import Storage
from bench.request import Request
from bench.runs import plan
from bench.tasks import TASKS
from bench.trial import references, runner

LITTLE_WORK = Request(epochs=2, trees=5, depth=4)
SECONDS_FOR_A_TRIAL = 240.0
ROWS, FEATURES = 20_000, 8


def make_tiny_dataset(home: Path) -> Dataset:
    """Make a small synthetic dataset: 16,000 rows to train on, 4,000 to test on.

    Args:
        home: Directory to put it in.
    """
    from bench.datasets.makers.synthetic import make_synthetic

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(home))
        return make_synthetic(ROWS, FEATURES, name="tiny").dataset


def lopsided(group: int, groups: int) -> bool:
    """Return whether to flip a row group's labels, so that all rows together say nothing and any usual shard does.

    Three quarters of the first half of the row groups are flipped, and three quarters of those with even numbers. A
    strategy that shares the rows out by halves or in turn, and learns from one share only, then learns either the true
    labels or their opposite.

    Args:
        group: Number of the row group.
        groups: Number of all row groups of the split; a multiple of 8.
    """
    first, even = group < groups // 2, group % 2 == 0
    return first if first == even else group // 2 % 2 == 0


def copy_with_flipped_labels(
    dataset: Dataset, directory: Path, flipped: Callable[[int, int], bool] | None = None
) -> Dataset:
    """Copy a dataset to a directory, with labels of its train split turned into their opposites; it has no floors.

    Args:
        dataset: The dataset to copy, in a directory or an object store.
        directory: Where to put the copy.
        flipped: Tells from the number of a row group and the number of all whether to flip its labels; by default all
            are flipped.
    """

    def change(table: Any, group: int, groups: int) -> Any:
        return _with_opposite_labels(table, dataset.label) if flipped is None or flipped(group, groups) else table

    return copy_with_changes(dataset, directory, change)


def copy_with_changes(dataset: Dataset, directory: Path, change: Callable[[Any, int, int], Any]) -> Dataset:
    """Copy a dataset to a directory, with changes of its train split; it has no floors.

    Args:
        dataset: The dataset to copy, in a directory or an object store.
        directory: Where to put the copy.
        change: Takes the table of a row group, its number, and the number of all; returns the table to write.
    """
    import pyarrow.parquet as pq

    for split, changes in (("train", True), ("test", False)):
        found = rows.open(dataset, split)
        tables = zip(found.groups, found.tables(("row_id", *dataset.columns)), strict=True)
        for path, groups in itertools.groupby(enumerate(tables), lambda entry: entry[1][0].path):
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            parts = [change(table, number, len(found.groups)) if changes else table for number, (_, table) in groups]
            with pq.ParquetWriter(target, parts[0].schema, write_page_checksum=True) as writer:
                for part in parts:
                    writer.write_table(part)
    here = replace(dataset, name="changed", path=str(directory), storage=Storage(), listing="")
    return replace(here, fingerprint="0" * 64, floors={}, best=None)


def with_changed_labels(strategy: str, dataset: Dataset, directory: Path) -> Dataset:
    """Copy a dataset to a directory, with labels of the train split that show where a strategy's answer comes from.

    Args:
        strategy: Name of the strategy. Where it is distributed, all rows together say nothing; else the opposite.
        dataset: The dataset to copy.
        directory: Where to put the copy.
    """
    distributed = plugins.load(strategy).strategy.distributed
    return copy_with_flipped_labels(dataset, directory, lopsided if distributed else None)


def run_changed(strategy: str, dataset: Dataset, directory: Path, request: Request = LITTLE_WORK) -> dict[str, Any]:
    """Run one trial on a dataset with changed labels, with two workers if it is distributed; return its record."""
    changed = with_changed_labels(strategy, dataset, directory / "labels")
    workers = 1 + plugins.load(strategy).strategy.distributed
    return run_trial(strategy, changed, directory, workers=workers, request=request)


def _with_opposite_labels(table: Any, label: str) -> Any:
    import pyarrow as pa

    field = table.schema.field(label)
    return table.set_column(
        table.schema.get_field_index(label), field, pa.array(1 - table[label].to_numpy(), field.type)
    )


def run_trial(
    strategy: str, dataset: Dataset, directory: Path, workers: int = 1, request: Request = LITTLE_WORK
) -> dict[str, Any]:
    """Run one trial and return its record; skip the test if the strategy cannot run here.

    Args:
        strategy: Name of the strategy.
        dataset: The dataset.
        directory: Directory for the log.
        workers: Processes that share the work, if the strategy is distributed.
        request: The task, and how much training.
    """
    facts = plugins.load(strategy).strategy
    if reason := plugins.why_not(facts, TASKS[request.task].labelled(dataset)):
        pytest.skip(reason)
    request = replace(request, workers=(workers,), cores=limits.cores_available())
    reference = (
        references.ensure(dataset) if TASKS[request.task].scores_given_model and facts.scores == "reference" else None
    )
    planned = plan.make(request, {strategy: facts}, dataset, reference)[0]
    log = directory / "trial.log"
    record = runner.run(planned, run_name="test", environment="test", log=log, timeout_s=SECONDS_FOR_A_TRIAL)
    if record["status"] == "skipped":
        pytest.skip(record["reason"])
    if record["status"] != "ok":
        sys.stdout.write(log.read_text(errors="replace"))  # pytest shows it beside the failed test
    return record


def modules_after_loading(strategy: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has imported after loading a strategy."""
    program = (
        "import json, sys; from bench import plugins; plugins.load(sys.argv[1]);"
        "print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    command = [sys.executable, "-c", program, strategy]
    outcome = commands.run(command)
    assert outcome.code == 0, f"strategy {strategy} cannot be loaded: {commands.last_line(outcome.complaints)}"
    return set(json.loads(outcome.printed))


@contextmanager
def install_strategies(directory: Path, strategies: dict[str, Path]) -> Iterator[None]:
    """Register strategies, here and in child processes, as if a package with their entry points were installed.

    Args:
        directory: An empty directory, which stands for the installed package.
        strategies: The file of each strategy, by name.
    """
    modules = {name: import_name(source) for name, source in strategies.items()}
    package = directory / "uninstalled_strategies-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: uninstalled-strategies\nVersion: 0\n")
    lines = [f"{name} = {module}\n" for name, (module, _) in modules.items()]
    (package / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{''.join(lines)}")
    with pytest.MonkeyPatch.context() as patch:
        for path in dict.fromkeys([directory, *(root for _, root in modules.values())]):
            patch.setattr(sys, "path", [str(path), *sys.path])
            patch.setenv("PYTHONPATH", str(path), prepend=os.pathsep)
        importlib.invalidate_caches()
        yield
        for module, _ in modules.values():
            sys.modules.pop(module, None)
    importlib.invalidate_caches()


def import_name(source: Path) -> tuple[str, Path]:
    """Return the name that a Python file is imported by, and the directory that must be on the path for it."""
    parts, root = [source.stem], source.resolve().parent
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    return ".".join(parts), root
