"""Fits a line through the labels by least squares, with numpy: say here, in one line, what yours does.

`bench list` shows that line. Say below it which knobs you set and why, so that an expert can check them. A strategy is
this file: up to five functions, each with a mark, each taking only the arguments that it names. It may use its
`trial`, its own `session` and `trial.scratch`, and nothing else of the harness. It reads no clock, grades nothing,
prints no results and chooses no data of its own: that is what makes its figures comparable with all others.
"""

# Import frameworks inside the functions, never here: `bench list` imports this file, and has 0.6 s for all strategies.
# Keep functions at the module's top level: other processes get them by name (they pickle by reference).
from functools import partial

from bench import Skip, Strategy, hookimpl, rows


@hookimpl
def bench_strategy():
    """State the facts; do nothing else."""
    return Strategy(
        # The model that is learned: linear, mlp or gbt. Inside a family all do the same work and should reach the same
        # grade.
        family="linear",
        # Without these modules it is skipped, and the reason tells people to install `install`.
        needs=("numpy", "pyarrow"),
        install="numpy pyarrow",
        # Kinds of problem that it takes part in, and whether it learns from rows by their weight; else it is skipped.
        problems=("binary",),
        weights=False,
        # True if it shares its work among `trial.workers` processes.
        distributed=False,
        recommended="What does the framework's own documentation recommend this way for?",
    )


@hookimpl
def bench_setup(trial):
    """Import the framework and start whatever must be running; the result is the `session`."""
    import numpy as np

    if not trial.dataset.features:
        raise Skip("It needs a feature: choose a dataset that has one.")
    # Thread settings are a strategy's duty: `trial.threads_per_worker` for each worker, in every library. numpy's is
    # OMP_NUM_THREADS, which the harness has set. Seed every random source with `trial.seed`; here, there is none.
    rows.import_libraries(trial.threads_per_worker)  # so that their import counts as setup and not as training
    # The statistics are those of the whole train split, the same for every strategy and every worker.
    return np.array(trial.dataset.means), np.array(trial.dataset.stds)


@hookimpl
def bench_train(trial, session):
    """Fit a model on the split `train`: the measured work. The result is the `model` of `bench_predict`."""
    import numpy as np

    width = len(trial.dataset.features) + 1
    squares, products = np.zeros((width, width)), np.zeros(width)
    # An inner phase gets a line of its own in reports: `load`, `train`, `compile`, `rendezvous`, …
    with trial.phase("load"):
        # Read from a disk or an object store, wherever the dataset lies. This way memory stays flat; `.matrix(threads)`
        # reads all rows at once, and a worker reads its part of them: `.shard(rank, trial.workers)`.
        for features, labels, _ in rows.open(trial.dataset, "train").labelled_batches():
            matrix = standardise(session, features)
            squares += matrix.T @ matrix
            products += matrix.T @ labels
    return np.linalg.lstsq(squares, products, rcond=None)[0]


@hookimpl
def bench_predict(trial, session, model):
    """Score each row of `trial.splits_to_score` once and return where the Parquet file with the scores lies."""
    # Scores that come in another way than batch by batch are written with `bench.PredictionWriter`.
    return rows.write_scores(trial, partial(score, session, model))


@hookimpl
def bench_teardown(trial, session):
    """Stop what `bench_setup` has started; this is called after a failure as well. Leave it out if there is nothing."""


def score(session, model, features):
    """Return a probability for each row; the harness grades them, and refuses what lies outside 0 to 1."""
    return (standardise(session, features) @ model).clip(0.001, 0.999)


def standardise(session, features):
    """Return standardised features and a column of ones: float64 of shape (rows, features + 1)."""
    import numpy as np

    means, stds = session
    return np.column_stack([(features - means) / stds, np.ones(len(features))])
