"""mapInPandas: blocks of rows as pandas data frames, in and out.

Knobs: those of `udf_pandas`; the block is turned into one matrix by pandas.

Spark's documentation recommends it where the rows that come out are not the rows that go in, one for one:
https://spark.apache.org/docs/latest/api/python/tutorial/sql/arrow_pandas.html#map
"""

from bench import hookimpl
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("functions from rows to rows, as many as they like")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    import pandas as pd

    shipped = ship(trial, session, model)

    def score(batches):
        function, features = shipped.load_compiled(), list(shipped.features)
        for rows in batches:
            scores = udf.to_series(function(rows[features].to_numpy("float32")))
            yield pd.DataFrame({"row_id": rows["row_id"].to_numpy(), "score": scores})

    schema = f"row_id long, score {gather.score_type(trial.dataset)}"
    return udf.write(trial, shipped, udf.read(trial, session).mapInPandas(score, schema))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
