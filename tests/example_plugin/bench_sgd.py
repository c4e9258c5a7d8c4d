"""Logistic regression by scikit-learn's SGDClassifier, fed batch by batch: memory stays flat at any number of rows.

Set: a small constant step and ``average``, because averaged weights converge at any such step; ``alpha=1e-6``, since
with this many rows there is next to nothing to regularise.
"""

from bench import PredictionWriter, Strategy, hookimpl

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
    import pyarrow.dataset  # noqa: F401 - imported here, so that it counts as setup and not as training
    from sklearn.linear_model import SGDClassifier

    step = {"learning_rate": "constant", "eta0": 0.01, "average": True}
    model = SGDClassifier(loss="log_loss", alpha=1e-6, random_state=trial.seed, **step)
    return model, np.array(trial.dataset.means, np.float32), np.array(trial.dataset.stds, np.float32)


@hookimpl
def bench_train(trial, session):
    model, *statistics = session
    for _ in range(trial.epochs):
        for batch in read(trial, "train", trial.dataset.label):
            model.partial_fit(matrix(trial, statistics, batch), batch[trial.dataset.label].to_numpy(), classes=[0, 1])
    return model


@hookimpl
def bench_predict(trial, session, model):
    _, *statistics = session
    with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
        for split in trial.splits_to_score:
            for batch in read(trial, split, "row_id"):
                scores = model.predict_proba(matrix(trial, statistics, batch))[:, 1]
                predictions.write(batch["row_id"].to_numpy(), scores)
    return predictions.path


def read(trial, split, column):
    """Yield the features and one more column of a split, batch by batch."""
    import pyarrow.dataset as ds

    options = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    yield from ds.dataset(trial.dataset.split(split), format="parquet").to_batches(
        columns=[column, *trial.dataset.features], batch_size=BATCH_ROWS, fragment_scan_options=options
    )


def matrix(trial, statistics, batch):
    """Return the standardised features of a batch: float32 of shape (rows, features)."""
    import numpy as np

    means, stds = statistics
    return (np.column_stack([batch[name].to_numpy() for name in trial.dataset.features]) - means) / stds
