"""Logistic regression by scikit-learn's SGDClassifier, fed batch by batch: memory stays flat at any number of rows.

Set: a small constant step and ``average``, because averaged weights converge at any such step; ``alpha=1e-6``, since
with this many rows there is next to nothing to regularise.
"""

from bench import Strategy, hookimpl, rows

BATCH_ROWS = 8192


@hookimpl
def bench_strategy():
    return Strategy(
        family="linear",
        needs=("sklearn", "pyarrow"),
        install="scikit-learn pyarrow",
        recommended="data that does not fit into memory (scikit-learn, 'Strategies to scale computationally')",
    )


@hookimpl
def bench_setup(trial):
    import numpy as np
    from sklearn.linear_model import SGDClassifier

    rows.import_libraries(trial.threads_per_worker)  # so that their import counts as setup and not as training
    step = {"learning_rate": "constant", "eta0": 0.01, "average": True}
    model = SGDClassifier(loss="log_loss", alpha=1e-6, random_state=trial.seed, **step)
    return model, np.array(trial.dataset.means, np.float32), np.array(trial.dataset.stds, np.float32)


@hookimpl
def bench_train(trial, session):
    model, means, stds = session
    train = rows.open(trial.dataset, "train")
    for epoch in range(trial.epochs):
        for features, labels, _ in train.labelled_batches(BATCH_ROWS, seed=trial.seed + epoch):
            model.partial_fit((features - means) / stds, labels, classes=[0, 1])
    return model


@hookimpl
def bench_predict(trial, session, model):
    _, means, stds = session
    return rows.write_scores(trial, lambda features: model.predict_proba((features - means) / stds)[:, 1])
