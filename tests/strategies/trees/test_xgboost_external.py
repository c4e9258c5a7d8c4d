"""XGBoost out of core keeps the contract, and gives the same answer however many batches there are."""

from collections.abc import Callable

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import Trial, rows
from bench.rows import RowGroup
from strategies.trees import xgboost_external


def test_many_batches_make_the_model_of_one(trial_for: Callable[..., Trial], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches the rows come in, all of them are learned from: scores differ by a hundredth at most."""
    scores = []
    for batch_bytes in (xgboost_external.BATCH_BYTES, 1 << 16):
        monkeypatch.setattr(xgboost_external, "BATCH_BYTES", batch_bytes)
        trial = trial_for("xgboost_external")
        model = xgboost_external.bench_train(trial, xgboost_external.bench_setup(trial))
        scores.append(pq.read_table(xgboost_external.bench_predict(trial, model))["score"].to_numpy())
    row_bytes = 4 * len(trial.dataset.features)
    assert len(list(xgboost_external.grouped(rows.open(trial.dataset, "train").groups, row_bytes))) > 4
    assert np.abs(scores[0] - scores[1]).mean() < 0.01


def test_a_batch_is_whole_row_groups_in_bounded_memory() -> None:
    """Batches hold every row group once, in order, and no more bytes than they may."""
    groups = [RowGroup("file", index, rows=1000) for index in range(10)]
    row_bytes = xgboost_external.BATCH_BYTES // 3000
    portions = list(xgboost_external.grouped(groups, row_bytes))
    assert [len(portion) for portion in portions] == [3, 3, 3, 1]
    assert [group for portion in portions for group in portion] == groups
