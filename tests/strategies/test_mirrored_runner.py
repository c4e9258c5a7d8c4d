"""MirroredStrategyRunner, with two real workers, and with one that fails."""

import pytest

from bench.testing import StrategyContract


class TestMirroredRunner(StrategyContract):
    strategy = "mirrored_runner"

    def test_one_worker_does_the_work_of_one_process(self, record, one_process) -> None:
        """One worker takes the same batches from the same weights as the strategy `tensorflow`."""
        assert record["quality"]["log_loss"] == pytest.approx(one_process["quality"]["log_loss"], rel=1e-3)

    def test_two_workers_do_the_work_of_one_process(self, record_of_two, one_process) -> None:
        """Two workers share the same global batch, so the model is as good as that of one process."""
        assert record_of_two["notes"]["rows_per_step"] == record_of_two["trial"]["batch_size"]
        assert record_of_two["quality"]["auc"] == pytest.approx(one_process["quality"]["auc"], abs=0.01)

    def test_each_worker_has_its_share_of_the_cores(self, record_of_two) -> None:
        """Read back inside a worker, every library has the threads that the trial gives to a worker."""
        threads = record_of_two["trial"]["threads_per_worker"]
        assert set(record_of_two["notes"]["threads"].values()) == {threads}

    def test_each_rank_says_where_its_time_went(self, record_of_two) -> None:
        """The record has every lap of every rank."""
        inner = record_of_two["inner"]
        assert {"launch", "import", "rendezvous", "load", "compile", "train"} <= set(inner)
        assert all(len(seconds) == 2 for seconds in inner.values())


def test_a_rank_that_dies_ends_the_trial(faulty) -> None:
    """Spark ends the barrier stage when a task dies, and the record says so long before the deadline."""
    record = faulty("mirrored_runner", "os.kill(os.getpid(), signal.SIGKILL)")
    assert record["status"] == "failed"
    assert record["reason"].startswith("RuntimeError: A worker failed: ")
    assert not record["notes"].get("processes_left")


def test_a_rank_that_stalls_ends_the_trial(faulty) -> None:
    """The other ranks give up waiting for one that stalls; by itself a collective operation would wait for ever."""
    record = faulty("mirrored_runner", "time.sleep(1e6)", settings={"SECONDS_OF_SILENCE": 10})
    assert record["status"] == "failed", record["reason"]


def test_a_rank_that_never_arrives_ends_the_trial(faulty) -> None:
    """Ranks of a barrier stage wait a limited time for one that does not come to meet the others."""
    record = faulty("mirrored_runner", "time.sleep(1e6)", at_start=True, settings={"SECONDS_TO_START": 10})
    assert record["status"] == "failed", record["reason"]


def test_more_workers_than_slots_are_refused(without_slots) -> None:
    """Spark would let a barrier stage wait for slots that cannot come; one sentence says it before anything waits."""
    record = without_slots("mirrored_runner")
    assert record["status"] == "failed"
    assert "2 workers of 1 threads need a task slot each and local[1] has 1" in record["reason"]
    assert record["phase"] == "setup"
