"""Strategies of PyTorch keep the contract, in real trials, and do each other's work."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.datasets import ensure
from bench.request import Request
from bench.testing import StrategyContract
from bench.testing.support import run_trial
from tests.strategies.test_distributed import OfRanks

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


class TestTorchDistributor(OfRanks):
    strategy = "torch_distributor"
    one_process = "torch"
    laps = ("launch", "import", "rendezvous", "load", "train")
    libraries = ("torch", "torch_interop")
    kinds = ("multiclass",)

    def test_one_worker_does_the_work_of_one_process(self, record: dict[str, Any], alone: Alone) -> None:
        """One worker takes the same batches from the same weights, and so comes to the same loss."""
        quality = alone("torch", self.request)["quality"]
        assert record["quality"]["log_loss"] == pytest.approx(quality["log_loss"], rel=1e-3)

    def test_the_global_batch_stays(self, shared_record: dict[str, Any]) -> None:
        """Two workers take steps of as many rows as one."""
        assert shared_record["notes"]["rows_per_step"] == shared_record["trial"]["batch_size"]
