"""Runs one strategy in a real trial, for its tests: a small dataset, and strategies that are not installed yet."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, limits, plan, plugins, runner

LITTLE_WORK = plan.Request(epochs=2, trees=5, depth=4)
SECONDS_FOR_A_TRIAL = 240.0
ROWS, FEATURES = 20_000, 8


def make_tiny_dataset(home: Path) -> Dataset:
    """Make a small synthetic dataset: 16,000 rows to train on, 4,000 to test on.

    Args:
        home: Directory to put it in.
    """
    from bench.datasets.synthetic import make_synthetic

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(home))
        return make_synthetic(ROWS, FEATURES, name="tiny").dataset


def with_flipped_labels(dataset: Dataset, directory: Path) -> Dataset:
    """Copy a dataset, with each label of its train split turned into its opposite; has no floors.

    Args:
        dataset: The dataset to copy.
        directory: Where to put the copy.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for split in ("train", "test"):
        target = directory / f"split={split}"
        target.mkdir(parents=True)
        for file in sorted(Path(dataset.split(split)).glob("*.parquet")):
            table = pq.read_table(file, partitioning=None)
            rows = pq.read_metadata(file).row_group(0).num_rows
            if split == "train":
                position = table.schema.get_field_index(dataset.label)
                field = table.schema.field(position)
                table = table.set_column(position, field, pc.subtract(1, table[dataset.label]).cast(field.type))
            pq.write_table(table, target / file.name, row_group_size=rows, write_page_checksum=True)
    return replace(dataset, name="flipped", path=str(directory), fingerprint="0" * 64, floors={}, best_auc=None)


def run_trial(
    strategy: str, dataset: Dataset, directory: Path, workers: int = 1, request: plan.Request = LITTLE_WORK
) -> dict[str, Any]:
    """Run one train trial and return its record; skip the test if the strategy cannot run here.

    Args:
        strategy: Name of the strategy.
        dataset: The dataset.
        directory: Directory for the log.
        workers: Processes that share the work, if the strategy is distributed.
        request: How much training.
    """
    facts = plugins.load(strategy).strategy
    if reason := plugins.why_not(facts):
        pytest.skip(reason)
    request = replace(request, workers=(workers,), cores=limits.cores_available())
    planned = plan.make(request, {strategy: facts}, dataset)[0]
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
    return set(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


@contextmanager
def installed(directory: Path, strategies: dict[str, Path]) -> Iterator[None]:
    """Make strategies known, here and in child processes, as if a package with their entry points were installed.

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
