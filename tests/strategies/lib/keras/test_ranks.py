"""What ranks share among themselves."""

from dataclasses import replace

import pytest

from bench import Dataset, Strategy
from bench.request import Request
from bench.runs import plan
from strategies.lib.ranks import shares
from strategies.lib.ranks.errors import RankError


@pytest.mark.parametrize("world", [1, 2, 3, 7, 16])
def test_all_ranks_take_the_same_steps(dataset: Dataset, world: int) -> None:
    """Each row is one rank's, all ranks take equally many equal steps, and what is dropped is counted."""
    trial = plan.make(Request(workers=(world,)), {"x": Strategy("mlp", distributed=True)}, dataset)[0].trial
    all_shares = [shares.open_share(trial, rank, world) for rank in range(world)]
    assert sum(mine.rows.rows for mine in all_shares) == dataset.train_rows
    assert len({(mine.batch, mine.steps) for mine in all_shares}) == 1
    seen = all_shares[0].steps * all_shares[0].batch * world
    assert seen + all_shares[0].rows_dropped_per_epoch == dataset.train_rows
    assert all_shares[0].rows_dropped_per_epoch < trial.batch_size + world
    assert trial.batch_size - world < all_shares[0].rows_per_step <= trial.batch_size
    for rank, mine in enumerate(all_shares):
        features, labels, _ = shares.read(trial, mine)
        assert len(features) == len(labels) == dataset.train_rows // world, rank


def test_more_workers_than_rows_are_refused(dataset: Dataset) -> None:
    """A rank without rows could not take part in any step."""
    trial = plan.make(Request(), {"x": Strategy("mlp")}, dataset)[0].trial
    with pytest.raises(RankError, match="cannot be shared by 16001 workers"):
        shares.open_share(replace(trial, workers=16001), 0, 16001)
