"""scikit-learn's mini-batch k-means in one process: each batch of rows moves the centres a little.

This is another algorithm than Lloyd's. So it has a family of its own, ``kmeans_batches``, with passes and batches
instead of Lloyd's steps, and comes to a slightly larger distance of rows from their centres.

Knobs: the given centres to begin with, once (``n_init=1``); the trial's passes over rows in memory and rows of a
batch, with nothing that would end them early (``tol``, ``max_no_improvement``), so that repeats do the same work; no
labels of the rows at the end, which nobody asks for; as many OpenMP threads as there are cores.

scikit-learn's guide has it for large data, to compute in less time what is nearly as good:
https://scikit-learn.org/stable/modules/clustering.html#mini-batch-kmeans
"""

from bench import Strategy, hookimpl, rows
from strategies.lib.clustering.standard import initial_centres, standardise


@hookimpl
def bench_strategy():
    return Strategy(
        family="kmeans_batches",
        needs=("sklearn", "pyarrow"),
        install="scikit-learn pyarrow",
        tasks=("cluster",),
        recommended="large data, where a slightly worse result does",
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
    estimator = session.MiniBatchKMeans(
        trial.clusters,
        init=initial_centres(trial),
        n_init=1,
        max_iter=trial.epochs,
        batch_size=trial.batch_size,
        tol=0.0,
        max_no_improvement=None,
        compute_labels=False,
        random_state=trial.seed,
    )
    return estimator.fit(features).cluster_centers_
