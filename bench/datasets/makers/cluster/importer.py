"""Makes a dataset of a user's own Parquet by a Spark job in a process of its own: all of it appears, or nothing."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.cluster.request import CANNOT_BE_MADE, SESSIONS, ImportRequest
from bench.datasets.makers.cluster.target import Target
from bench.datasets.makers.ingest import default_name, whole_path
from bench.datasets.store import checked_name, open_manifest, stage_dataset
from bench.errors import BenchError, UsageError
from bench.machine import commands, variables
from bench.problems import PROBLEMS
from bench.stores.filesystem import is_uri, normal

PROGRAM = "bench.datasets.makers.cluster.program"


def import_on_spark(request: ImportRequest, *, force: bool = False) -> Manifest:
    """Make the dataset that the one-process import makes of the same Parquet, with the same fingerprint.

    Args:
        request: What is asked for; an empty ``name`` is that of the input, an empty ``target`` the place of that name.
        force: Whether an existing one is replaced.

    Raises:
        UsageError: The name is taken, or something lies at the target already, or somebody else writes there.
        DatasetError: The input cannot be used, or a disk is full.
        StorageError: A store does not answer.
        BenchError: Spark fails.
    """
    if request.kind is not None:
        PROBLEMS[request.kind]  # refuses one that is not there before anything is read
    path = whole_path(request.path, request.storage)
    target = normal(request.target)
    request = replace(
        request, path=path, target=target, name=checked_name(request.name or default_name(target or path))
    )
    with _place(request, force) as place:
        _call_driver(replace(request, target=place))
    return open_manifest(request.target or request.name, request.storage)


@contextmanager
def _place(request: ImportRequest, force: bool) -> Iterator[str]:
    """Give the place where the job puts the files, and take them away if the block fails."""
    if not request.target:
        with stage_dataset(request.name, force=force) as directory:
            yield str(directory)
        return
    if not is_uri(request.target):
        raise UsageError(
            f"{request.target} is a path, and --out names a store: say --name, and BENCH_DATA for the place."
        )
    if force:
        raise UsageError(
            "--force replaces no dataset in a store: choose another --out, or take the old one away first."
        )
    target = Target(request.target, request.storage)
    target.claim()
    try:
        yield request.target
    except BaseException:
        target.sweep()
        raise


def _call_driver(request: ImportRequest) -> None:
    local = request.spark.master.startswith("local")
    with tempfile.TemporaryDirectory(prefix="bench-import-") as scratch:
        file = Path(scratch, "request.json")
        request.write(file)
        command = [sys.executable, "-m", PROGRAM, SESSIONS, str(file)]
        outcome = commands.run(command, environ=variables.for_trial(os.environ, local=local))
    if outcome.code == CANNOT_BE_MADE:
        code, sentence = json.loads(commands.last_line(outcome.printed))
        error = UsageError(sentence) if code == UsageError.exit_code else BenchError(sentence)
        raise error
    if outcome.code:
        last = commands.last_line(outcome.complaints)
        raise BenchError(f"Spark's driver ended with code {outcome.code}, and the last that was said is: {last}")
