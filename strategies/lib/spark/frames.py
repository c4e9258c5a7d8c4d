"""Rows of a dataset as Spark data frames, and scores out of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import held, width
from strategies.lib.spark import gather, hadoop, source
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from bench import Dataset, Trial


def feature_columns(dataset: Dataset) -> list[str]:
    """Return the names that `read` gives to the features, in the dataset's order.

    Args:
        dataset: The dataset.
    """
    return [f"f{index}" for index in range(len(dataset.features))]


def weight_setting(dataset: Dataset, name: str = "weightCol") -> dict[str, str]:
    """Return an estimator's setting of the column of weights: none where all rows weigh the same.

    Args:
        dataset: The dataset.
        name: The setting's name.
    """
    return {name: "weight"} if dataset.weight else {}


def read(
    spark: SparkSession,
    dataset: Dataset,
    *splits: str,
    label: bool = True,
    row_id: bool = True,
    weight: bool = False,
) -> DataFrame:
    """Return the rows of splits: those that a pipeline holds, or as Spark itself reads them.

    Where Spark lacks the connector to a store, `source.read` reads them.

    The features are called by their position, because the dataset's own names may be those of columns that
    estimators add, such as ``prediction``.

    Args:
        spark: The session.
        dataset: The dataset.
        splits: The splits, ``train`` or ``test`` or both.
        label: Whether to read the label.
        row_id: Whether to read the row ids.
        weight: Whether to read the weights, if the dataset has any.

    Returns:
        A data frame of ``row_id``, ``label``, ``weight`` and `feature_columns`. Of several classes the label states
        their number, which estimators would count, up to a hundred.
    """
    from pyspark.sql.functions import col

    names = dict(zip(dataset.features, feature_columns(dataset), strict=True))
    names = ({dataset.weight: "weight"} if weight and dataset.weight else {}) | names
    names = ({"row_id": "row_id"} if row_id else {}) | ({dataset.label: "label"} if label else {}) | names
    handed_over = held(dataset)
    if handed_over is not None:
        rows = handed_over.where(condition(splits))
    elif hadoop.reads(spark, dataset):
        rows = spark.read.parquet(*(hadoop.uri(dataset.split(split)) for split in splits))
    else:
        rows = source.read(spark, dataset, splits, list(names))
    classes = width(dataset)
    facts = {"label": {"ml_attr": {"type": "nominal", "num_vals": classes}}} if classes else {}
    return rows.select(*(col(old).alias(new, metadata=facts.get(new)) for old, new in names.items()))


def condition(splits: Sequence[str]) -> str:
    """Return the condition, in SQL, by which rows of a feature table belong to splits.

    Args:
        splits: ``train``, ``test`` or both.
    """
    if len(splits) > 1:
        return "true"
    return "test" if splits[0] == "test" else "not test"


def load_train(trial: Trial, spark: SparkSession) -> DataFrame:
    """Read the train split into Spark's memory and return it: the vector ``features``, ``label`` and ``weight``.

    Args:
        trial: The trial.
        spark: The session.
    """
    return load(assemble(read(spark, trial.dataset, "train", row_id=False, weight=True), trial.dataset))


def load(rows: DataFrame) -> DataFrame:
    """Read the columns ``features``, ``label`` and ``weight`` of rows into Spark's memory, and return them.

    Cached, because MLlib's optimisers pass over them again and again; counted, because Spark would read them later.

    Args:
        rows: The rows.

    Raises:
        RankError: They cannot be read.
    """
    rows = rows.select(*(name for name in ("features", "label", "weight") if name in rows.columns)).cache()
    with spark_errors(SPARK_FAILED):
        rows.count()
    return rows


def fit(estimator: Any, rows: DataFrame) -> Any:
    """Fit an estimator of MLlib or XGBoost to rows, and return its model.

    Args:
        estimator: The estimator.
        rows: The rows.

    Raises:
        RankError: A job of Spark failed.
    """
    with spark_errors(SPARK_FAILED):
        return estimator.fit(rows)


def standardise(rows: DataFrame, dataset: Dataset) -> DataFrame:
    """Return rows with each feature less its mean, over its standard deviation, of the whole train split.

    Args:
        rows: Out of `read`.
        dataset: Gives the statistics.
    """
    from pyspark.sql.functions import col

    columns = zip(feature_columns(dataset), dataset.means, dataset.stds, strict=True)
    return rows.withColumns({name: (col(name) - mean) / std for name, mean, std in columns})


def assemble(rows: DataFrame, dataset: Dataset) -> DataFrame:
    """Return rows with the features as one more column, the vector ``features``.

    A feature that is a category says so, and their number, in the vector's metadata, which MLlib's trees heed.

    Args:
        rows: Out of `read`.
        dataset: The dataset.
    """
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql.functions import col

    # The assembler heeds the metadata of doubles only.
    known = {
        name: col(name).cast("double").alias(name, metadata={"ml_attr": {"type": "nominal", "num_vals": count}})
        for name, feature in zip(feature_columns(dataset), dataset.features, strict=True)
        if (count := dataset.categorical.get(feature))
    }
    rows = rows.withColumns(known) if known else rows
    return VectorAssembler(inputCols=feature_columns(dataset), outputCol="features").transform(rows)


def write_scores(scored: DataFrame, trial: Trial) -> Path:
    """Write ``row_id`` and what the kind of problem asks for, and return the directory.

    Args:
        scored: Rows with the vector column ``probability``, or for a number with ``prediction``, as MLlib's and
            XGBoost's models return them.
        trial: The trial.
    """
    from pyspark.ml.functions import vector_to_array
    from pyspark.sql.functions import col

    answers = {
        "binary": vector_to_array("probability")[1],
        "multiclass": vector_to_array("probability", "float32"),
        "regression": col("prediction"),
    }
    return gather.write(trial, scored.select("row_id", answers[trial.dataset.problem].alias("score")))
