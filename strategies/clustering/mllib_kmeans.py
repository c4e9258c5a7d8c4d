"""Spark MLlib's k-means: Lloyd's algorithm all in the JVM, on the Spark session that bench starts.

Of MLlib's two interfaces only the older one, on RDDs, begins with given centres (``initialModel``). It is called in
the JVM, on vectors that Spark has read itself: pyspark's own call would pickle every row through Python first.

Knobs: the given centres to begin with; the trial's steps, with no distance (``epsilon``) that would end them early;
features standardised with the statistics of the whole train split. The vectors are cached by this strategy, since
MLlib passes over them once per step. A cluster that loses all its rows keeps its centre.

MLlib's guide calls k-means one of the most commonly used clustering algorithms:
https://spark.apache.org/docs/latest/mllib-clustering.html#k-means
"""

import json

from bench import Strategy, hookimpl
from strategies.lib.clustering.standard import initial_centres
from strategies.lib.spark import frames
from strategies.lib.spark.failures import SPARK_FAILED, spark_errors
from strategies.lib.spark.session import start_spark, stop_spark


@hookimpl
def bench_strategy():
    return Strategy(
        family="kmeans",
        needs=("pyspark",),
        install="tf-spark-bench[spark]",
        tasks=("cluster",),
        recommended="data that is in Spark already, more than one machine's memory holds",
    )


@hookimpl
def bench_setup(trial):
    import pyspark.ml  # noqa: F401 - here, so that it does not count as training

    return start_spark(trial)


@hookimpl
def bench_train(trial, session):
    with spark_errors(SPARK_FAILED):
        with trial.phase("load"):
            vectors = load(trial, session)
        return fit(trial, session, vectors)


def load(trial, spark):
    """Read the train split into Spark's memory and return it, standardised: an ``RDD[Vector]`` of the JVM.

    Args:
        trial: The trial.
        spark: The session.
    """
    rows = frames.read(spark, trial.dataset, "train", label=False, row_id=False)
    vectors = frames.assemble(frames.standardise(rows, trial.dataset), trial.dataset).select("features")
    jvm = spark._jvm
    names = spark.sparkContext._gateway.new_array(jvm.java.lang.String, 1)
    names[0] = "features"
    old = jvm.org.apache.spark.mllib.util.MLUtils.convertVectorColumnsFromML(vectors._jdf, names)
    encoder = jvm.org.apache.spark.sql.Encoders.udt(jvm.org.apache.spark.mllib.linalg.VectorUDT())
    found = getattr(old, "as")(encoder).javaRDD().cache()
    found.count()  # Spark would read them later
    return found.rdd()


def fit(trial, spark, vectors):
    """Return the centres, float64 of shape (clusters, features).

    Args:
        trial: The trial.
        spark: The session.
        vectors: Out of `load`.
    """
    import numpy as np

    mllib = spark._jvm.org.apache.spark.mllib
    # As text, a call for each centre: as numbers each of them would be a call.
    begun = [mllib.linalg.Vectors.parse(json.dumps(centre)) for centre in initial_centres(trial).tolist()]
    algorithm = mllib.clustering.KMeans().setK(trial.clusters).setMaxIterations(trial.iterations).setEpsilon(0.0)
    model = algorithm.setInitialModel(mllib.clustering.KMeansModel(begun)).run(vectors)
    return np.array([json.loads(centre.toString()) for centre in model.clusterCenters()])


@hookimpl
def bench_teardown(session):
    stop_spark(session)
