"""The driver of the Spark job: ``python -m bench.datasets.makers.cluster.program MODULE REQUEST``.

MODULE names the module that starts Spark, since the harness imports no framework. REQUEST is a file, see
`bench.datasets.makers.cluster.request`. With exit code 3, the last line of the output is an error as JSON.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.datasets.format.manifest import NAME, Manifest, write_manifest
from bench.datasets.makers.build import describe
from bench.datasets.makers.cluster import job
from bench.datasets.makers.cluster.request import CANNOT_BE_MADE, ImportRequest, read_request
from bench.datasets.makers.cluster.stages import Input
from bench.datasets.makers.cluster.target import Target
from bench.datasets.makers.cluster.tasks import share_out
from bench.datasets.makers.ingest import provenance
from bench.datasets.makers.plan import plan_import
from bench.datasets.makers.source import TableSource, open_source
from bench.errors import BenchError, StorageError, UsageError
from bench.model import Dataset
from bench.stores.filesystem import is_uri
from bench.stores.keys import of_driver

OF_TASKS = {"DatasetError": UsageError, "StorageError": StorageError}
OF_SPARK = "java.io.IOException: No space left on device"


def main(sessions: Any, request: ImportRequest) -> None:
    """Make the dataset.

    Args:
        sessions: The module that starts Spark.
        request: What is asked for.

    Raises:
        BenchError: The input cannot be used, or a store or Spark fails.
    """
    source = open_source(request.path, request.storage, request.version)
    source = source.sample(request.sample) if request.sample else source
    target, spark = Target(request.target, request.storage), None
    with tempfile.TemporaryDirectory(prefix="bench-import-") as scratch:
        try:
            spark = sessions.start(request.spark, _place(request), Path(scratch, "spark"))
            with sessions.job_errors():
                manifest = _make(spark, source, target, request)
        except sessions.Skip as error:
            raise UsageError(str(error)) from error
        except sessions.RankError as error:
            raise _error(error) from error
        finally:
            sessions.stop_spark(spark)
        # Spark has ended, and so nobody writes there any more.
        target.sweep(keep={file.path for file in manifest.files})
        with target.attempt() as directory:
            write_manifest(manifest, directory)
            target.put(directory / NAME, NAME)


def _place(request: ImportRequest) -> Dataset:
    """Return, as the place of a dataset, the store that credentials are for: that of the input or of the target."""
    place = next((place for place in (request.path, request.target) if is_uri(place)), request.target)
    return Dataset(request.name, place, "", (), 0, 0, 0, (), (), "", storage=request.storage)


def _make(spark: Any, source: TableSource, target: Target, request: ImportRequest) -> Manifest:
    shares = spark.sparkContext.broadcast(share_out(source, spark.sparkContext.defaultParallelism))
    rows = Input(shares, source.rows, of_driver(_place(request)))
    plan = plan_import(
        source,
        request.label,
        request.features,
        lambda _, survey: job.look(spark, rows, survey),
        kind=request.kind,
        positive=request.positive,
        weight=request.weight,
        timestamps=request.timestamps,
        categories=request.categories,
    )
    made = job.make(
        spark,
        rows,
        plan,
        target,
        cores=spark.sparkContext.defaultParallelism,
        files=request.files,
        group_rows=request.group_rows,
    )
    dataset = describe(request.name, request.target, plan.layout, made.summaries, made.fingerprint.hexdigest())
    facts = plan.facts(dict(made.losses))
    return Manifest(
        dataset,
        made.files,
        {split: summary.labels.facts() for split, summary in made.summaries.items()},
        imputed=made.imputed,
        **{**facts, "source": provenance(source, request.sample) | facts["source"]},
    )


def _error(error: Exception) -> BenchError:
    """Return the error of a task as what it was there; a full disk has the exit code of one that one process fills."""
    found = re.findall(rf"({'|'.join(OF_TASKS)}): ", str(error.__cause__))
    if not found and OF_SPARK in str(error.__cause__):
        return UsageError(str(error))
    return OF_TASKS.get(found[-1] if found else "", BenchError)(str(error))


if __name__ == "__main__":
    try:
        main(importlib.import_module(sys.argv[1]), read_request(Path(sys.argv[2])))
    except BenchError as error:
        sys.stdout.write("\n" + json.dumps([error.exit_code, str(error)]))
        sys.exit(CANNOT_BE_MADE)
