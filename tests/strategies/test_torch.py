"""Strategies of PyTorch keep the contract, in real trials, and do each other's work."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.datasets import ensure
from bench.request import Request
from bench.testing import StrategyContract
from bench.testing.support import run_trial

pytestmark = pytest.mark.torch
Alone = Callable[..., dict[str, Any]]


class TestTorch(StrategyContract):
    strategy = "torch"

    def test_it_is_as_good_as_keras(self, record: dict[str, Any], alone: Alone) -> None:
        """From other weights by other orders it comes to an AUC within 0.01 of that of TensorFlow."""
        assert record["quality"]["auc"] == pytest.approx(alone("tensorflow", self.request)["quality"]["auc"], abs=0.01)

    def test_it_passes_the_floor_of_its_family(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        """With the default amount of training on the default dataset it is graded above the floor."""
        record = run_trial("torch", ensure("flights"), tmp_path_factory.mktemp("flights"), request=Request())
        assert record["status"] == "ok", record["reason"]
