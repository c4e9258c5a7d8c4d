"""XGBoost from Parquet by an iterator, in bounded memory: for data larger than memory.

Rows are read in batches, each binned and put on disk (``ExtMemQuantileDMatrix``); training reads the bins back batch
by batch, for each level of each tree. In memory are one batch, and a few numbers for each row: label, weight,
margin, gradient.

Knobs: batches of about 128 MiB of float32, made of whole row groups, since every batch is a pass of its own in each
level and tiny ones make that pass all overhead; the cache in the trial's scratch directory; ``hist``, as many threads
as there are cores, and the trial's trees, depth, bins and rate, the same as for every other strategy of this family.

XGBoost's documentation recommends it for data that does not fit into memory, and then large batches and trees that
grow level by level: https://xgboost.readthedocs.io/en/stable/tutorials/external_memory.html
"""

from typing import TYPE_CHECKING

from bench import Strategy, hookimpl, rows
from strategies.lib.imports import import_alone
from strategies.lib.trees import xgboost as xgboost_trees

if TYPE_CHECKING:
    from bench.rows import RowGroup

BATCH_BYTES = 128 << 20


@hookimpl
def bench_strategy():
    return Strategy(
        family="gbt",
        needs=("xgboost", "pyarrow"),
        install="tf-spark-bench[xgboost]",
        tasks=("train",),
        problems=xgboost_trees.PROBLEMS,
        weights=True,
        most_categories=xgboost_trees.MOST_CATEGORIES,
        recommended="data larger than one machine's memory, on a fast disk",
    )


@hookimpl
def bench_setup(trial):
    rows.import_libraries(trial.threads_per_worker)
    return import_alone("xgboost")


@hookimpl
def bench_train(trial, session):
    with trial.phase("load"):
        batches = iterator(session, trial)
        data = session.ExtMemQuantileDMatrix(
            batches, max_bin=trial.bins, nthread=trial.threads_per_worker, enable_categorical=True
        )
    return session.train(xgboost_trees.native_settings(trial), data, num_boost_round=trial.trees)


def iterator(xgb, trial):
    """Return an iterator that hands the train split to XGBoost, batch by batch, as often as it asks.

    Args:
        xgb: The module ``xgboost``.
        trial: The trial.
    """
    train = rows.open(trial.dataset, "train")
    portions = [train.only(groups) for groups in grouped(train.groups, 4 * len(trial.dataset.features))]
    kinds = xgboost_trees.feature_types(trial.dataset)
    trial.note("batches", len(portions))

    class Batches(xgb.DataIter):  # type: ignore[misc, name-defined]  # XGBoost has no types for us
        def __init__(self):
            self._next = 0
            super().__init__(cache_prefix=str(trial.scratch / "cache"), release_data=True)

        def reset(self):
            self._next = 0

        def next(self, input_data):
            if self._next == len(portions):
                return False
            features, labels, weights = portions[self._next].matrix(trial.threads_per_worker)
            self._next += 1
            input_data(data=features, label=labels, weight=weights, feature_types=kinds)
            return True

    return Batches()


def grouped(groups, row_bytes):
    """Yield lists of row groups that together have at most `BATCH_BYTES`, or just one that is larger.

    Args:
        groups: The row groups.
        row_bytes: Bytes of a row's features.
    """
    portion: list[RowGroup] = []
    held = 0
    for group in groups:
        if portion and (held + group.rows) * row_bytes > BATCH_BYTES:
            yield portion
            portion, held = [], 0
        portion.append(group)
        held += group.rows
    yield portion


@hookimpl
def bench_predict(trial, model):
    return rows.write_scores(trial, model.inplace_predict)
