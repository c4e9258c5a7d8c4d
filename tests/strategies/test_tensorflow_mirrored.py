"""MirroredStrategy in one process, with one replica and with two."""

import pytest

from bench.testing import StrategyContract


class TestTensorflowMirrored(StrategyContract):
    strategy = "tensorflow_mirrored"

    def test_one_worker_does_the_work_of_one_process(self, record, one_process) -> None:
        """One worker takes the same batches from the same weights as the strategy `tensorflow`."""
        assert record["quality"]["log_loss"] == pytest.approx(one_process["quality"]["log_loss"], rel=1e-3)

    def test_two_workers_do_the_work_of_one_process(self, record_of_two, one_process) -> None:
        """Two workers share the same global batch, so the model is as good as that of one process."""
        assert record_of_two["notes"]["rows_per_step"] == record_of_two["trial"]["batch_size"]
        assert record_of_two["quality"]["auc"] == pytest.approx(one_process["quality"]["auc"], abs=0.01)
