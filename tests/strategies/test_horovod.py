"""Horovod on Spark, with two real workers, and with one that fails."""

import pytest

from bench.testing import StrategyContract


class TestHorovod(StrategyContract):
    strategy = "horovod"

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
    """Horovod ends all ranks when one dies, and the record says so long before the deadline."""
    record = faulty("horovod", "os.kill(os.getpid(), signal.SIGKILL)")
    assert record["status"] == "failed"
    assert "Exit code: " in record["reason"]
    assert not record["notes"].get("processes_left")


def test_a_rank_that_stalls_is_ended_at_the_deadline(faulty) -> None:
    """The other ranks give up, but Horovod on Spark waits for the one that stalls: the trial's deadline ends it."""
    limits = {"HOROVOD_STALL_CHECK_TIME_SECONDS": "2", "HOROVOD_STALL_SHUTDOWN_TIME_SECONDS": "4"}
    record = faulty("horovod", "time.sleep(1e6)", environment=limits, timeout_s=90)
    assert record["status"] == "timeout"
    assert record["phase"] == "train"
