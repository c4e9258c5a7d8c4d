"""XGBoost's own Spark estimator, ``xgboost.spark``: W workers in one barrier stage, rows by way of pandas.

Knobs: ``spark.task.cpus`` is the number of threads of each worker, the only way to set it (``nthread`` is refused); the
files are read as one partition for each worker, since the estimator would otherwise shuffle all rows at random first;
features as a list of columns, which spares the vectors; the trial's trees, depth, bins and rate, the same as for
every other strategy of this family. ``hist`` bins the rows on the workers.

XGBoost's documentation recommends it for training inside a Spark pipeline:
https://xgboost.readthedocs.io/en/stable/tutorials/spark_estimator.html
"""

from bench import Strategy, hookimpl, scaling
from bench import rows as bench_rows
from strategies.lib.spark import frames
from strategies.lib.spark.session import start_spark, stop_spark
from strategies.lib.trees import xgboost as xgboost_trees


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("pyspark", "xgboost", "pandas", "sklearn", "pyarrow"),
        install="tf-spark-bench[spark,xgboost]",
        distributed=True,
        reads="frame",
        problems=xgboost_trees.PROBLEMS,
        weights=True,
        most_categories=xgboost_trees.MOST_CATEGORIES,
        recommended="training as a stage of a Spark ML pipeline, on data that is in Spark already",
    )


@hookimpl
def bench_setup(trial):
    # Imported here, so that it does not count as training.
    import xgboost.spark  # noqa: F401

    one_partition_per_worker = {
        "spark.sql.files.minPartitionNum": str(trial.workers),
        "spark.sql.files.maxPartitionBytes": "1t",
    }
    return start_spark(trial, {"spark.task.cpus": str(trial.threads_per_worker), **one_partition_per_worker})


@hookimpl
def bench_train(trial, session):
    from xgboost.spark import SparkXGBClassifier, SparkXGBRegressor

    estimators = {"binary": SparkXGBClassifier, "multiclass": SparkXGBClassifier, "regression": SparkXGBRegressor}
    estimator = estimators[trial.dataset.problem](
        features_col=frames.feature_columns(trial.dataset),
        num_workers=trial.workers,
        n_estimators=trial.trees,
        verbose=False,
        **frames.weight_setting(trial.dataset, "weight_col"),
        **xgboost_trees.settings(trial),
        feature_types=xgboost_trees.feature_types(trial.dataset),
    )
    # The driver's part of reading: files, schema, plan. The rows are read inside the fit, where no phase can be named.
    with trial.phase("load"):
        rows = frames.read(session, trial.dataset, "train", row_id=False, weight=True)
        # The estimator shuffles all rows where the files do not split into as many partitions as there are workers.
        uneven = rows.rdd.getNumPartitions() != trial.workers
        few = not uneven and leaves_workers_empty(trial)
        estimator.setParams(force_repartition=few)
        trial.note("shuffled", uneven or few)
    return frames.fit(estimator, rows)


def leaves_workers_empty(trial):
    """Return whether there are fewer row groups than workers, though the files split into as many partitions.

    XGBoost 3.2 gives the matrix of an empty partition the default ``max_bin``, and then refuses those of the others.

    Args:
        trial: Gives the dataset and the workers.
    """
    found = None if bench_rows.held(trial.dataset) else bench_rows.open(trial.dataset, "train")
    return found is not None and len(found.groups) < trial.workers


@hookimpl
def bench_predict(trial, session, model):
    rows = frames.read(session, trial.dataset, *trial.splits_to_score, label=False)
    return frames.write_scores(model.transform(rows), trial)


@hookimpl
def bench_scaling():
    return scaling.fixed("load")


@hookimpl
def bench_teardown(session):
    stop_spark(session)
