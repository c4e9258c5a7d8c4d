"""A pandas UDF that loops over its rows and calls model.predict on each: vectorised in name only.

The one mistake, on purpose: a batch of thousands of rows is there, and the model is called for each row, by
``model.predict``. Everything else is as in `udf_pandas`. It stops when the budget is spent.
"""

from bench import hookimpl
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts()


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
        predict = shipped.load_by_predict()
        return pd.Series([predict(row[None])[0] for row in features.to_numpy("float32")])

    return udf.write_within_budget(trial, session, shipped, score(struct(*shipped.features)))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
