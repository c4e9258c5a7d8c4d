"""mapInArrow: blocks of rows as Arrow record batches, as TensorFrames' map_blocks had them.

Knobs: those of `udf_pandas`, without pandas: Arrow's columns are copied once, into one aligned matrix, which TensorFlow
and PyTorch take in place.

Spark's documentation recommends it to work on Arrow data without the way through pandas:
https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
"""

from bench import hookimpl
from bench.rows import aligned_matrix
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("functions from rows to rows, by those who know Arrow")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    shipped = ship(trial, session, model)

    def score(batches):
        import pyarrow as pa

        function = shipped.load_in_place()
        for rows in batches:
            features = aligned_matrix([rows[name].to_numpy() for name in shipped.features])
            scores = gather.to_column(function(features))
            yield pa.RecordBatch.from_arrays([rows["row_id"], scores], names=["row_id", "score"])

    schema = f"row_id long, score {gather.score_type(trial.dataset)}"
    return udf.write(trial, shipped, udf.read(trial, session).mapInArrow(score, schema))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
