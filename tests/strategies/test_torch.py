"""Strategies of PyTorch keep the contract, in real trials, and do each other's work."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset
from bench.datasets import ensure
from bench.records.directory import latest, read_run
from bench.request import Request
from bench.testing import StrategyContract
from bench.testing.support import run_trial
from tests.strategies.test_distributed import OfRanks

pytestmark = pytest.mark.torch
Alone = Callable[..., dict[str, Any]]
WIDE = """
def wide(input_dim, *, width: int = 8):
    from torch import nn

    return nn.Sequential(nn.Linear(input_dim, width), nn.ReLU(), nn.Linear(width, 1), nn.Sigmoid())
"""


class TestTorch(StrategyContract):
    strategy = "torch"

    def test_it_is_as_good_as_keras(self, record: dict[str, Any], alone: Alone) -> None:
        """From other weights by other orders it comes to an AUC within 0.01 of that of TensorFlow."""
        assert record["quality"]["auc"] == pytest.approx(alone("tensorflow", self.request)["quality"]["auc"], abs=0.01)

    def test_it_passes_the_floor_of_its_family(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        """With the default amount of training on the default dataset it is graded above the floor."""
        record = run_trial("torch", ensure("flights"), tmp_path_factory.mktemp("flights"), request=Request())
        assert record["status"] == "ok", record["reason"]


class OfTorchRanks(OfRanks):
    one_process = "torch"
    libraries = ("torch", "torch_interop")
    kinds = ("multiclass",)

    def test_one_worker_does_the_work_of_one_process(self, record: dict[str, Any], alone: Alone) -> None:
        """One worker takes the same batches from the same weights, and so comes to the same loss."""
        quality = alone("torch", self.request)["quality"]
        assert record["quality"]["log_loss"] == pytest.approx(quality["log_loss"], rel=1e-3)

    def test_the_global_batch_stays(self, shared_record: dict[str, Any]) -> None:
        """Two workers take steps of as many rows as one."""
        assert shared_record["notes"]["rows_per_step"] == shared_record["trial"]["batch_size"]


class TestTorchDistributor(OfTorchRanks):
    strategy = "torch_distributor"
    laps = ("launch", "import", "rendezvous", "load", "train")


class TestHorovodTorch(OfTorchRanks):
    strategy = "horovod_torch"
    laps = ("launch", "import", "rendezvous", "load", "train", "allreduce")


@pytest.mark.parametrize("asked", ["nets.py:wide", "wide"])
def test_one_command_trains_in_each_framework_that_has_the_network(
    tiny: Dataset, bench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, asked: str
) -> None:
    """A function's framework is that of what it returns; a built-in network is there for both."""
    (tmp_path / "nets.py").write_text(WIDE)
    named = ("--strategy", "tensorflow", "--strategy", "torch", "--data", tiny.path, "--epochs", "1")
    done = bench("run", *named, "--network", asked, "--network-arg", "width=8")
    assert done.returncode == 0, done.stdout + done.stderr
    records = {record["trial"]["strategy"]: record for record in read_run(latest(tmp_path / "results")).records}
    found = {name: (records[name]["status"], records[name]["reason"]) for name in ("tensorflow", "torch")}
    other = "nets.py:wide returns a PyTorch module, and this strategy trains a Keras model."
    assert found == {
        "tensorflow": ("ok", None) if asked == "wide" else ("skipped", other),
        "torch": ("ok", None),
    }
