"""mapInArrow that returns a column untouched: all rows go through Spark to Python and back, and no model is there."""

from bench import Strategy, hookimpl
from strategies.lib.scoring import udf
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    """State the facts."""
    return Strategy(family="control", scores="reference", distributed=True)


@hookimpl
def bench_setup(trial):
    """Start Spark as every way on Spark does."""
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session):
    """Send all rows to Python, and write one of the features in place of a score."""

    def untouched(batches):
        import pyarrow as pa

        for rows in batches:
            yield pa.RecordBatch.from_arrays([rows["row_id"], rows["f0"]], names=["row_id", "score"])

    scored = udf.read(trial, session).mapInArrow(untouched, "row_id long, score float")
    scored.write.parquet(str(trial.scratch / "predictions"))


@hookimpl
def bench_teardown(session):
    """Stop Spark."""
    stop_spark(session)
