"""scikit-learn's HistGradientBoosting in one process, on the CPU.

The train split is read into one float32 matrix, which is binned once into one byte a value; training touches only the
bins.

Knobs: the trial's trees, depth, bins and rate, the same as for every other strategy of this family, with XGBoost's
defaults for the rest (scikit-learn's own would grow 31 leaves to any depth, of 20 rows at least, with no penalty); no
early stopping, which would keep a tenth of the rows from training; as many threads as there are cores. With K classes
each round grows a tree for each class.

scikit-learn's guide recommends it over its other trees from ten thousand rows on:
https://scikit-learn.org/stable/modules/ensemble.html#histogram-based-gradient-boosting
"""

from bench import Skip, Strategy, hookimpl, rows, scaling
from strategies.lib.trees.bins import bins

MOST_BINS = 255  # each category has one


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("sklearn", "pyarrow"),
        install="scikit-learn pyarrow",
        problems=("binary", "multiclass", "regression"),
        weights=True,
        most_categories=MOST_BINS,
        recommended="more than ten thousand rows in one machine's memory, with nothing else to install",
    )


@hookimpl
def bench_setup(trial):
    from sklearn import ensemble

    if trial.bins > MOST_BINS:
        raise Skip(f"scikit-learn has {MOST_BINS} bins at most, and --bins says {trial.bins}.")
    rows.import_libraries(trial.threads_per_worker)
    return ensemble


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        features, labels, weights = rows.open(trial.dataset, "train").matrix(trial.threads_per_worker)
    estimators = {
        "binary": session.HistGradientBoostingClassifier,
        "multiclass": session.HistGradientBoostingClassifier,
        "regression": session.HistGradientBoostingRegressor,
    }
    estimator = estimators[trial.dataset.problem](
        max_iter=trial.trees,
        max_depth=trial.depth,
        max_leaf_nodes=2**trial.depth,
        max_bins=bins(trial),
        categorical_features=[feature in trial.dataset.categorical for feature in trial.dataset.features],
        learning_rate=trial.learning_rate,
        l2_regularization=1.0,
        min_samples_leaf=1,
        early_stopping=False,
        random_state=trial.seed,
    )
    return estimator.fit(features, labels, sample_weight=weights)


@hookimpl
def bench_predict(trial, model):
    predict = {
        "binary": lambda features: model.predict_proba(features)[:, 1],
        "multiclass": lambda features: of_all_classes(model, features, rows.width(trial.dataset)),
        "regression": model.predict,
    }[trial.dataset.problem]
    return rows.write_scores(trial, predict)


@hookimpl
def bench_scaling(at):
    return scaling.limit("scikit-learn's count of rows in 32 bits", at.rows, 2**32)  # `Splitter.partition` is uint32


def of_all_classes(model, features, classes):
    """Return probabilities, float64 of shape (rows, classes): 0 for a class that no row of the train split had.

    Args:
        model: The trained classifier.
        features: float32 of shape (rows, features), raw.
        classes: Number of classes.
    """
    import numpy as np

    found = np.zeros((len(features), classes))
    found[:, model.classes_.astype(int)] = model.predict_proba(features)
    return found
