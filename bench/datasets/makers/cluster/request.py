"""What an import by Spark is asked for, as it goes to the driver's process; and where a job of Spark runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.model import Storage

SESSIONS = "strategies.lib.spark.job"  # the module that starts Spark, since the harness imports no framework
CANNOT_BE_MADE = 3  # the exit code of the driver's process, when its output ends with an error as JSON


@dataclass(frozen=True)
class SparkPlace:
    """Where a Spark job runs.

    Attributes:
        master: Spark master URL.
        cores: Tasks that run at once.
        conf: Settings of Spark, as ``key=value``.
        conf_file: File with more of them, which may hold secrets.
    """

    master: str
    cores: int
    conf: tuple[str, ...] = ()
    conf_file: str | None = None


@dataclass(frozen=True)
class ImportRequest:
    """One import.

    Attributes:
        path: Path or URI of the Parquet.
        storage: How to reach the store, or stores, of input and target.
        label: Name of the label column in the input.
        features: Names of the feature columns in the input; all others if empty.
        name: Name of the dataset.
        target: Directory that is there, or URI, that becomes the dataset.
        spark: Where the job runs.
        files: Files of each split; by default as many as are read and written well.
        group_rows: Most rows of a row group; None for the default.
        sample: How many rows to take; None for all.
        version: Number of the version of a Delta table; the newest if None.
        kind: Name of the kind of problem; guessed if it is not given.
        positive: The label's value, as text, that is to be found, where it has two.
        weight: Name of the column that says how much each row counts; empty for none.
        timestamps: The numbers to make of timestamps and dates.
        categories: How strings become numbers.
    """

    path: str
    storage: Storage
    label: str
    features: tuple[str, ...]
    name: str
    target: str
    spark: SparkPlace
    files: int | None = None
    group_rows: int | None = None
    sample: int | None = None
    version: int | None = None
    kind: str | None = None
    positive: str | None = None
    weight: str = ""
    timestamps: tuple[str, ...] = ()
    categories: str = "codes"

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_request(file: Path) -> ImportRequest:
    """Return the request that `ImportRequest.write` has written."""
    facts = json.loads(file.read_text(encoding="utf-8"))
    facts["storage"] = Storage(**facts["storage"])
    facts["spark"] = SparkPlace(**{**facts["spark"], "conf": tuple(facts["spark"]["conf"])})
    return ImportRequest(**{**facts, "features": tuple(facts["features"]), "timestamps": tuple(facts["timestamps"])})
