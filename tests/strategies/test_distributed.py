"""Every distributed strategy keeps the contract and does, with two real workers, the work of one process."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench import Dataset
from bench.problems import PROBLEMS
from bench.testing import StrategyContract
from bench.testing.support import LITTLE_WORK
from tests.strategies.answers import AnswersTogether

pytestmark = pytest.mark.timeout(1800)  # one process has many of its trials

# Each shard has bins of its own making: with 5 trees that alone moves the AUC by 0.01, with 20 by 0.007 at most.
MORE_TREES = replace(LITTLE_WORK, trees=20)
# RMSE of one network in one process with four seeds, after the steps of these tests: 16.48 to 17.39. Rounding, which
# differs from processor to processor, has the same effect.
NETWORK_NOISE = 0.05
Alone = Callable[..., dict[str, Any]]


class Distributed(StrategyContract):
    """Its model is that of one process.

    Attributes:
        one_process: The strategy of one process that does the same work.
        noise: By which share of its first grade one process differs from itself with another seed.
    """

    one_process: str
    noise: float = 0.0

    def test_two_workers_are_as_good_as_one_process(self, shared_record: dict[str, Any], alone: Alone) -> None:
        """The AUC with two workers lies within 0.01 of that of one process."""
        quality = alone(self.one_process, self.request)["quality"]
        assert shared_record["quality"]["auc"] == pytest.approx(quality["auc"], abs=0.01)

    def test_two_workers_are_as_good_for_each_kind(self, kind_record: dict[str, Any], kind: str, alone: Alone) -> None:
        """With weights and two workers, its first grade is that of one process, within tolerance or noise."""
        first = PROBLEMS[kind].metrics[0]
        wanted = {name: kind_record["trial"][name] for name in ("task", "epochs", "batch_size")}
        expected = alone(self.one_process, replace(self.request, **wanted), kind)["quality"][first.name]
        allowed = max(first.allowance(expected), self.noise * expected)
        assert kind_record["quality"][first.name] == pytest.approx(expected, abs=allowed)


class OfRanks(AnswersTogether, Distributed):
    """Its workers are processes, which measure and say what they do.

    Attributes:
        laps: What each rank measures.
        libraries: Libraries with a number of threads.
    """

    laps: tuple[str, ...]
    libraries: tuple[str, ...]

    def test_each_rank_says_where_its_time_went(self, shared_record: dict[str, Any]) -> None:
        """The record has every lap of every rank."""
        inner = shared_record["inner"]
        assert {name: len(inner[name]) for name in self.laps} == dict.fromkeys(self.laps, 2)

    def test_each_rank_reads_its_own_rows(self, shared_record: dict[str, Any], dataset: Dataset) -> None:
        """Both ranks read half of the train split, and together all of it."""
        assert shared_record["notes"]["rows_per_rank"] == [dataset.train_rows // 2] * 2

    def test_workers_share_the_threads(self, record: dict[str, Any], shared_record: dict[str, Any]) -> None:
        """Read back inside a worker, every library has cores/W threads."""
        cores = record["trial"]["cores"]
        for found, workers in ((record, 1), (shared_record, 2)):
            expected = dict.fromkeys(("openmp", "arrow", "arrow_io", *self.libraries), max(1, cores // workers))
            assert found["notes"]["threads_per_rank"] == [expected] * workers


class OfKerasRanks(OfRanks):
    one_process = "tensorflow"
    noise = NETWORK_NOISE
    laps = ("launch", "import", "rendezvous", "load", "compile", "train")
    libraries = ("tensorflow_intra_op", "tensorflow_inter_op")

    def test_one_worker_does_the_work_of_one_process(self, record: dict[str, Any], alone: Alone) -> None:
        """One worker takes the same batches from the same weights, and so comes to the same loss."""
        quality = alone("tensorflow", self.request)["quality"]
        assert record["quality"]["log_loss"] == pytest.approx(quality["log_loss"], rel=1e-3)

    def test_the_global_batch_stays(self, shared_record: dict[str, Any]) -> None:
        """Two workers take steps of as many rows as one."""
        assert shared_record["notes"]["rows_per_step"] == shared_record["trial"]["batch_size"]


class TestMirroredRunner(OfKerasRanks):
    strategy = "mirrored_runner"
    kinds = ("regression",)  # the work of a rank is the same as Horovod's


class TestHorovod(OfKerasRanks):
    strategy = "horovod"
    laps = (*OfKerasRanks.laps, "allreduce")
    kinds = ("multiclass",)


class TestTensorflowMirrored(Distributed):  # whose replicas are those of one training for as long as a process lives
    strategy = "tensorflow_mirrored"
    one_process = "tensorflow"
    noise = NETWORK_NOISE

    def test_one_worker_does_the_work_of_one_process(self, record: dict[str, Any], alone: Alone) -> None:
        """One replica takes the same batches from the same weights, and so comes to the same loss."""
        quality = alone("tensorflow", self.request)["quality"]
        assert record["quality"]["log_loss"] == pytest.approx(quality["log_loss"], rel=1e-3)


class TestXgboostSpark(AnswersTogether, Distributed):
    strategy = "xgboost_spark"
    one_process = "xgboost"
    request = MORE_TREES


class OfTreeRanks(OfRanks):
    request = MORE_TREES
    laps = ("launch", "rendezvous", "load", "bin", "train", "leave")


class TestXgboostBarrier(OfTreeRanks):
    strategy = "xgboost_barrier"
    one_process = "xgboost"
    libraries = ("xgboost",)


class TestLightgbmSpark(OfTreeRanks):
    strategy = "lightgbm_spark"
    one_process = "lightgbm"
    libraries = ("lightgbm",)
