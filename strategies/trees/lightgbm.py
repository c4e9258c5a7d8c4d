"""LightGBM in one process, on the CPU.

The train split is read into one float32 matrix, which is binned once; training touches only the bins.

Knobs: as many threads as there are cores, histograms by row, and the trial's trees, depth, bins and rate, the same as
for every other strategy of this family, with XGBoost's defaults for the rest (LightGBM's own would grow 31 leaves to
any depth, with no penalty). Scoring runs on batches.

LightGBM's documentation recommends limits of depth and leaves against over-fitting, and one machine for as long as
the data fits into its memory: https://lightgbm.readthedocs.io/en/stable/Parameters-Tuning.html
"""

from functools import partial

from bench import Strategy, hookimpl, rows
from strategies.lib.imports import import_alone
from strategies.lib.trees import lightgbm as lightgbm_trees


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("lightgbm", "pyarrow"),
        install="tf-spark-bench[lightgbm]",
        problems=lightgbm_trees.PROBLEMS,
        weights=True,
        most_categories=lightgbm_trees.MOST_CATEGORIES,
        recommended="data that fits in one machine's memory",
    )


@hookimpl
def bench_setup(trial):
    rows.import_libraries(trial.threads_per_worker)
    return import_alone("lightgbm")


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    data = session.Dataset(features, labels, weight=weights, **lightgbm_trees.categories(trial.dataset))
    return session.train(lightgbm_trees.settings(trial), data, trial.trees)


@hookimpl
def bench_scaling(at):
    return lightgbm_trees.limit(at)


@hookimpl
def bench_predict(trial, model):
    return rows.write_scores(trial, partial(model.predict, num_threads=trial.threads_per_worker))
