"""A plain Python UDF, one row at a time: what tutorials show first.

The one mistake, on purpose: the model is called for each row, by ``model.predict``. Everything else is as in the better
ways: the model is broadcast and loaded once in each Python worker. It stops when the budget is spent.

Spark's documentation recommends vectorised UDFs in its place:
https://spark.apache.org/docs/latest/api/python/tutorial/sql/arrow_pandas.html
"""

from bench import hookimpl
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("logic that has no vectorised form")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    from pyspark.sql import functions

    shipped = ship(trial, session, model)

    @functions.udf(gather.score_type(trial.dataset))
    def score(*features):
        import numpy as np

        return shipped.load_by_predict()(np.array([features], np.float32))[0].tolist()

    return udf.write_within_budget(trial, session, shipped, score(*shipped.features))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
