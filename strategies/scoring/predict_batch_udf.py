"""Spark's own predict_batch_udf: a function on NumPy arrays, and Spark does the batching.

Knobs: features as one struct, which comes as columns, where an array would come as one small array for each row; a
batch is an Arrow batch, so that none is cut in two; the model is broadcast, and Spark keeps it in each Python worker;
one compiled function; cores/W threads.

Spark's documentation recommends it to score with a model of a deep-learning framework:
https://spark.apache.org/docs/latest/api/python/reference/api/pyspark.ml.functions.predict_batch_udf.html
"""

from bench import hookimpl
from bench.rows import width
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("scoring with a model of a deep-learning framework")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql.functions import struct
    from pyspark.sql.types import ArrayType, FloatType

    shipped = ship(trial, session, model)
    score = predict_batch_udf(
        shipped.load_compiled,
        return_type=ArrayType(FloatType()) if width(trial.dataset) else FloatType(),
        batch_size=udf.RECORDS_PER_BATCH,
        input_tensor_shapes=[[len(shipped.features)]],
    )
    return udf.write_column(trial, session, shipped, score(struct(*shipped.features)))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
