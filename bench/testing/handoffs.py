"""The tests that a strategy passes which hands rows over to trainers; all others skip them."""

from __future__ import annotations

from typing import Any

import pytest

from bench import plugins
from bench.families import family_of
from bench.model import Dataset
from bench.tasks.handoff import HANDOFF
from bench.testing.part import takes_part

# Settings of the trial: a data frame that nobody has read before, and trainers that wait after each batch.
UNREAD: dict[str, Any] = {"frame": "lazy", "step_ms": 1}


class HandoffContract:
    """The part of `bench.testing.StrategyContract` on hand-offs.

    Attributes:
        strategy: Name of the strategy.
    """

    strategy: str

    def test_two_trainers_share_the_rows(self, record: dict[str, Any], dataset: Dataset) -> None:
        """All rows come once, in both passes, to two trainers; the order is not sorted by the label.

        The harness compares the content of all rows with that of the dataset.
        """
        if not takes_part(self.strategy, HANDOFF):
            pytest.skip("it hands no rows over")
        assert record["status"] == "ok", record["reason"]
        assert record["rows"] == dataset.train_rows
        if family_of(plugins.load(self.strategy).strategy.family).floor:
            assert record["quality"] is None
            return
        assert record["measures"]["ranks_memory_bytes"] > 0
        (order,) = record["quality"].values()
        assert abs(order) < 0.1, "rows come in an order that the data frame does not have"
