"""XGBoost in one process, on the CPU or a GPU.

The train split is read into one float32 matrix, which is binned once into a ``QuantileDMatrix``; training touches
only the bins.

Knobs: ``hist``, as many threads as there are cores, and the trial's trees, depth, bins and rate, the same as for
every other strategy of this family; a build with CUDA trains on the GPU if there is one. Everything else is
XGBoost's default. Scoring runs on batches in place, without a ``DMatrix`` for each.

XGBoost's documentation recommends ``hist`` as the general choice, and ``QuantileDMatrix`` to save memory with it:
https://xgboost.readthedocs.io/en/stable/treemethod.html
"""

from bench import Strategy, hookimpl, rows
from strategies.lib.imports import import_alone
from strategies.lib.trees import xgboost as xgboost_trees


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("xgboost", "pyarrow"),
        install="tf-spark-bench[xgboost]",
        problems=xgboost_trees.PROBLEMS,
        weights=True,
        most_categories=xgboost_trees.MOST_CATEGORIES,
        recommended="data that fits in one machine's memory, or in its GPU's",
    )


@hookimpl
def bench_setup(trial):
    rows.import_libraries(trial.threads_per_worker)
    xgb = import_alone("xgboost")
    trial.note("device", xgboost_trees.device(xgb))
    return xgb


@hookimpl
def bench_train(trial, session):
    xgb = session
    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    return fit(xgb, trial, features, labels, weights)


def fit(xgb, trial, features, labels, weights=None):
    """Train on a matrix and return the booster.

    Args:
        xgb: The module ``xgboost``.
        trial: The trial.
        features: float32 of shape (rows, features), raw.
        labels: float32 of shape (rows,).
        weights: float32 of shape (rows,); None where all rows weigh the same.
    """
    known = xgboost_trees.categories(trial.dataset)
    data = xgb.QuantileDMatrix(
        features, labels, weight=weights, max_bin=trial.bins, nthread=trial.threads_per_worker, **known
    )
    settings = xgboost_trees.native_settings(trial) | {"device": xgboost_trees.device(xgb)}
    return xgb.train(settings, data, num_boost_round=trial.trees)


@hookimpl
def bench_predict(trial, model):
    return rows.write_scores(trial, model.inplace_predict)
