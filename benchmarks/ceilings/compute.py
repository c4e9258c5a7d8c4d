"""The reference model on rows that lie in memory, on all cores, without Spark: the most that any way could give."""

from bench import Strategy, hookimpl, rows
from strategies.lib.keras import model as model_file
from strategies.lib.keras import network

ROWS = 65_536


@hookimpl
def bench_strategy():
    """State the facts."""
    return Strategy(family="control", scores="reference")


@hookimpl
def bench_setup(trial):
    """Compile the function, and read a part of the rows, which is scored again and again."""
    tf = network.import_tensorflow(trial.threads_per_worker)
    score = model_file.compiled(model_file.load(trial.model), len(trial.dataset.features))
    _, features = next(rows.open(trial.dataset, "train").batches(ROWS))
    batch = network.in_place(tf, features)
    score(batch)
    return score, batch


@hookimpl
def bench_predict(trial, session):
    """Score as many rows as the dataset has."""
    score, batch = session
    for _ in range(round(trial.dataset.rows / len(batch))):
        score(batch)
