"""A pandas UDF on whole batches: Arrow brings rows by the thousand, and the model is called once for each batch.

Knobs: the model is broadcast and loaded once in each Python worker; one compiled function for batches of any size, with
batch normalisation folded into the weights before it (1.4 times the rows for each CPU second); cores/W threads; 16,384
rows in an Arrow batch (from 4,096 to 32,768 the rate changed by 6 %, on 2 cores).

Spark's documentation recommends it for vectorised functions of columns:
https://spark.apache.org/docs/latest/api/python/tutorial/sql/arrow_pandas.html#series-to-series
"""

from bench import hookimpl
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("a vectorised function of columns")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    import pandas as pd
    from pyspark.sql.functions import pandas_udf, struct

    shipped = ship(trial, session, model)

    @pandas_udf(gather.score_type(trial.dataset))
    def score(features: pd.DataFrame) -> pd.Series:
        return udf.to_series(shipped.load_compiled()(features.to_numpy("float32")))

    return udf.write_column(trial, session, shipped, score(struct(*shipped.features)))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
