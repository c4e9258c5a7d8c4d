"""XGBoost out of core keeps the contract, and gives the same answer however many batches there are."""

from collections.abc import Callable

from bench.results import Record
from strategies import _parquet, xgboost_external

SMALL_BATCHES = """
    from strategies import xgboost_external
    from strategies.xgboost_external import bench_predict, bench_strategy, bench_train

    @hookimpl
    def bench_setup(trial):
        xgboost_external.BATCH_BYTES = 4096
        return xgboost_external.bench_setup(trial)
"""


def test_many_batches_make_a_model_too(trial_of: Callable[..., Record]) -> None:
    """Rows that come in several batches are all learned from."""
    record = trial_of(SMALL_BATCHES, facts="")
    assert record["status"] == "ok", record["reason"]
    assert record["notes"]["batches"] > 1
    assert record["quality"]["auc"] > 0.7


def test_a_batch_is_whole_row_groups_in_bounded_memory() -> None:
    """Batches hold every row group once, in order, and no more bytes than they may."""
    groups = [_parquet.RowGroup("file", index, rows=1000) for index in range(10)]
    row_bytes = xgboost_external.BATCH_BYTES // 3000
    portions = list(xgboost_external.grouped(groups, row_bytes))
    assert [len(portion) for portion in portions] == [3, 3, 3, 1]
    assert [group for portion in portions for group in portion] == groups
