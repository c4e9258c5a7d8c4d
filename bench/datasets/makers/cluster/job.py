"""The Spark job that makes a dataset: rows are brought in order by key over all workers, numbered, and written.

    survey    what all rows must be looked at for, such as the different strings of a column
    sort      rows as float32, with keys; those of a range of keys come together, on the disks of the executors
    count     rows of each range and split, and missing values; the mean of each column that lacks some
    spread    only where rows are equal: all but the first of them get other keys, and rows come together again
    write     each range is a file of each split; its rows are numbered from where the ranges before it end

Keys are those of the one-process import (`bench.datasets.makers.shuffled`), and so are the order of the rows, their
numbers and the fingerprint. Nothing goes through the driver but the manifest and what it is made of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.datasets.format.fingerprint import Fingerprint
from bench.datasets.format.manifest import SPLITS, DataFile
from bench.datasets.makers.build import check_rows, fingerprint_of
from bench.datasets.makers.cluster import facts, stages
from bench.datasets.makers.cluster.packing import COLUMNS
from bench.datasets.makers.cluster.ranges import cut_ranges, row_type
from bench.datasets.makers.cluster.target import Target
from bench.datasets.makers.cluster.writing import FileWriter, Range
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.plan import ImportPlan
from bench.datasets.makers.shuffled import column_means
from bench.datasets.makers.statistics import ExactMeans
from bench.datasets.makers.summary import SplitSummary
from bench.datasets.makers.survey import Survey
from bench.datasets.makers.writer import group_count

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RANGE_BYTES = 2**27  # of a range's rows in memory, where nobody says how many files there are to be


@dataclass(frozen=True)
class JobResult:
    """What the job has made.

    Attributes:
        rows: Rows of each split.
        imputed: Missing values of each feature that had any.
        summaries: What a manifest says of each split.
        files: The files, in the order of their rows.
        losses: Values of each feature that float32 does not keep.
        fingerprint: Of all rows.
    """

    rows: Mapping[str, int]
    imputed: Mapping[str, int]
    summaries: Mapping[str, SplitSummary]
    files: tuple[DataFile, ...]
    losses: Mapping[str, int]
    fingerprint: Fingerprint


def make(
    spark: SparkSession,
    rows: stages.Input,
    plan: ImportPlan,
    target: Target,
    *,
    cores: int,
    files: int | None = None,
    group_rows: int | None = None,
) -> JobResult:
    """Make the files of a dataset.

    Args:
        spark: The session.
        rows: What is read.
        plan: How rows are read.
        target: Where the files go.
        cores: Tasks that run at once.
        files: Files of each split; by default as many as are read and written well.
        group_rows: Most rows of a row group; by default as `group_count` says.

    Raises:
        DatasetError: A split would be empty, or a feature has no value in the train split.
    """
    layout, width = plan.layout, len(plan.layout.names)
    losses = facts.loss_counter(spark)
    parts = files or max(cores, -(-rows.total * row_type(width).itemsize // RANGE_BYTES))
    ranges = cut_ranges(width, parts, rows.total)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(ranges.strings_at_once))
    encoded = _tasks(spark, rows).mapInArrow(stages.RowReader(rows, plan, ranges, losses), COLUMNS)
    ordered = _sorted(encoded, parts)
    counts = facts.collect(ordered, stages.Counter(width))
    missing = np.sum([count["missing"] for count in counts], axis=0)[layout.beside :]
    check_rows({split: sum(count[split] for count in counts) for split in SPLITS})
    means = column_means(layout, missing > 0, lambda places: _means(ordered, width, places.tolist()))
    if any(count["repeated"] for count in counts):
        equal, ordered = ordered, _sorted(ordered.mapInArrow(stages.Spreader(ranges), COLUMNS), parts)
        counts = facts.collect(ordered, stages.Counter(width))
        equal.unpersist()
    planned = _files(counts, group_rows)
    written = facts.collect(ordered, FileWriter(target, layout, means.tolist(), planned, rows.keys))
    ordered.unpersist()
    return _merged(layout, counts, missing.tolist(), losses.value, written)


def look(spark: SparkSession, rows: stages.Input, survey: Survey) -> None:
    """Have a survey look at all rows.

    Args:
        spark: The session.
        rows: What is read.
        survey: One that has seen no row; it takes what those of all tasks find out.
    """
    number = len(rows.shares.value)
    numbers = spark.sparkContext.parallelize(range(number), number)
    # Merged on the executors first, so that the driver gets few of them.
    survey.merge(numbers.mapPartitions(stages.SurveyReader(rows, survey)).treeReduce(Survey.merge))


def _tasks(spark: SparkSession, rows: stages.Input) -> DataFrame:
    """Return the numbers of the tasks that read, each as the one row of a partition."""
    number = len(rows.shares.value)
    return spark.range(0, number, 1, number)


def _sorted(rows: DataFrame, parts: int) -> DataFrame:
    """Return rows in ranges of keys, each bucket by bucket, kept on the disks of the executors when first asked for."""
    from pyspark import StorageLevel
    from pyspark.sql.functions import col

    ordered = rows.repartitionById(parts, col("part")).sortWithinPartitions("bucket")
    return ordered.persist(StorageLevel.DISK_ONLY)


def _means(rows: DataFrame, width: int, places: Sequence[int]) -> ExactMeans:
    means = ExactMeans(len(places))
    for found in facts.collect(rows, stages.MeanReader(width, tuple(places))):
        means.merge(found["sums"])
    return means


def _files(counts: Sequence[Mapping[str, int]], group_rows: int | None) -> list[Range]:
    """Return where the rows of each range begin, and its row groups: as equal over all files as whole groups can be."""
    totals = {split: sum(count[split] for count in counts) for split in SPLITS}
    size = {split: group_rows or totals[split] / group_count(totals[split]) for split in SPLITS}
    number = math.ceil if group_rows else round
    before, ranges = dict.fromkeys(SPLITS, 0), []
    for count in counts:
        groups = {split: max(1, number(count[split] / size[split])) for split in SPLITS}
        ranges.append(Range(dict(before), {split: count[split] for split in SPLITS}, groups))
        before = {split: before[split] + count[split] for split in SPLITS}
    return ranges


def _merged(
    layout: Layout,
    counts: Sequence[Mapping[str, int]],
    missing: Sequence[int],
    losses: Mapping[str, int],
    written: Sequence[Mapping[str, Any]],
) -> JobResult:
    fingerprint = fingerprint_of(layout)
    summaries = {split: SplitSummary(layout) for split in SPLITS}
    files: dict[str, list[DataFile]] = {split: [] for split in SPLITS}
    for part in written:
        fingerprint.merge(part["fingerprint"])
        for split, found in part["splits"].items():
            summaries[split].merge(found["summary"])
            files[split] += [DataFile(**{**file, "group_rows": tuple(file["group_rows"])}) for file in found["files"]]
    return JobResult(
        rows={split: sum(count[split] for count in counts) for split in SPLITS},
        imputed={name: count for name, count in zip(layout.features, missing, strict=True) if count},
        summaries=summaries,
        files=tuple(file for split in SPLITS for file in files[split]),
        losses=losses,
        fingerprint=fingerprint,
    )
