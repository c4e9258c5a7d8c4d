"""scikit-learn's k-means in one process: Lloyd's algorithm on rows in memory.

The train split is read into one float32 matrix and standardised in place.

Knobs: the given centres to begin with, once (``n_init=1``); the trial's steps, with no tolerance that would end them
early; ``lloyd``, because Elkan's algorithm needs a number for each row and centre; no copy of the rows; as many OpenMP
threads as there are cores. A cluster that loses all its rows gets the row that is farthest from its centre, where the
other strategies leave its centre where it is.

scikit-learn's guide describes it as scaling well to a large number of samples:
https://scikit-learn.org/stable/modules/clustering.html#k-means
"""

from bench import Strategy, hookimpl, rows, scaling
from strategies.lib.clustering.standard import initial_centres, standardise


@hookimpl
def bench_strategy():
    return Strategy(
        family="kmeans",
        needs=("sklearn", "pyarrow"),
        install="scikit-learn pyarrow",
        tasks=("cluster",),
        recommended="many rows and not too many clusters, in one machine's memory",
    )


@hookimpl
def bench_setup(trial):
    from sklearn import cluster

    rows.import_libraries(trial.threads_per_worker)
    return cluster


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        features = standardise(rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)[0], trial.dataset)
    estimator = session.KMeans(
        trial.clusters,
        init=initial_centres(trial),
        n_init=1,
        max_iter=trial.iterations,
        tol=0.0,
        algorithm="lloyd",
        copy_x=False,
    )
    return estimator.fit(features).cluster_centers_


@hookimpl
def bench_scaling(at):
    return scaling.limit("scikit-learn's count of rows in 32 bits", at.rows, 2**31 - 1)  # `int n_samples`, in C
