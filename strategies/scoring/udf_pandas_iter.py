"""An iterator pandas UDF: as udf_pandas, with a place before the loop where the model is loaded.

Knobs: those of `udf_pandas`. The model is kept from task to task, since Spark uses a Python worker again; the iterator
alone would load it once for each partition.

Spark's documentation recommends it where a function has to set something up, such as a model, before its first batch:
https://spark.apache.org/docs/latest/api/python/tutorial/sql/arrow_pandas.html#iterator-of-series-to-iterator-of-series
"""

from collections.abc import Iterator

from bench import hookimpl
from strategies.lib.scoring import udf
from strategies.lib.scoring.shipped import ship
from strategies.lib.spark import gather
from strategies.lib.spark.session import stop_spark


@hookimpl
def bench_strategy():
    return udf.facts("a vectorised function of columns that needs a costly start, such as a model")


@hookimpl
def bench_setup(trial):
    return udf.start(trial)


@hookimpl
def bench_predict(trial, session, model):
    import pandas as pd
    from pyspark.sql.functions import pandas_udf, struct

    shipped = ship(trial, session, model)

    @pandas_udf(gather.score_type(trial.dataset))
    def score(batches: Iterator[pd.DataFrame]) -> Iterator[pd.Series]:
        function = shipped.load_compiled()
        for features in batches:
            yield udf.to_series(function(features.to_numpy("float32")))

    return udf.write_column(trial, session, shipped, score(struct(*shipped.features)))


@hookimpl
def bench_teardown(session):
    stop_spark(session)
