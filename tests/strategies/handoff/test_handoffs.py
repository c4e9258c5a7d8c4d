"""Every way to hand rows over, in one session of Spark: right rows, and one sentence where it cannot go on.

`tfrecord` has a trial of its own, since importing TensorFlow in five processes would take as long as all of the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench import Dataset, Trial, plugins
from bench.request import Request
from bench.runs import plan
from bench.testing import StrategyContract
from bench.testing.support import make_tiny_dataset
from bench.trial import runner

pytestmark = pytest.mark.timeout(600)  # one session of Spark has all of it

FILES = {"arrow_files", "parquet_files"}
BYTES_OF_A_RANK = 2_000_000 * 9 * 4 / 2


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial of two trainers on the small dataset."""
    dataset = make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
    request = Request(task="handoff", workers=(2,), cores=2)
    planned = plan.make(request, {"to_arrow": plugins.load("to_arrow").strategy}, dataset)[0]
    return runner.with_scratch(planned, tmp_path_factory.mktemp("scratch")).trial


@pytest.fixture(scope="module")
def seen(observe: Callable[..., dict[str, Any]], trial: Trial) -> dict[str, Any]:
    """What `observe_handoffs.py` saw."""
    return observe("observe_handoffs.py", trial)


class InOneSession(StrategyContract):
    """The contract, with what one session of Spark has for all ways in place of a trial of each."""

    @pytest.fixture(scope="class")
    @classmethod
    def dataset(cls, trial: Trial) -> Dataset:
        """The dataset of the session."""
        return trial.dataset

    @pytest.fixture(scope="class")
    @classmethod
    def record(cls, seen: dict[str, Any]) -> dict[str, Any]:
        """The part of a record that the session has of it."""
        record = seen["cached"][cls.strategy]
        return {**record, "notes": {**record.get("notes", {}), "processes_left": len(seen["left"])}}

    def test_its_use_is_measured(self, record: dict[str, Any]) -> None:
        """It takes CPU time, and only ways with files write bytes."""
        assert record["measures"]["handoff_cpu_s"] > 0
        assert ("bytes_written" in record["measures"]) == (self.strategy in FILES)


class TestArrowFiles(InOneSession):
    strategy = "arrow_files"


class TestBarrierArrow(InOneSession):
    strategy = "barrier_arrow"


class TestCollectRows(InOneSession):
    strategy = "collect_rows"


class TestFlight(InOneSession):
    strategy = "flight"


class TestJvmSum(InOneSession):
    strategy = "jvm_sum"


class TestParquetFiles(InOneSession):
    strategy = "parquet_files"


class TestPipeOnly(InOneSession):
    strategy = "pipe_only"


class TestToArrow(InOneSession):
    strategy = "to_arrow"


class TestToPandas(InOneSession):
    strategy = "to_pandas"


def test_all_ways_keep_the_contract(seen: dict[str, Any]) -> None:
    """A new way belongs to the classes above."""
    assert set(seen["cached"]) == {one.strategy for one in InOneSession.__subclasses__()}
    assert plugins.load("collect_rows").strategy.left_out


@pytest.mark.parametrize("way", ["barrier_arrow", "flight", "parquet_files"])
def test_partitions_need_not_be_ranks(seen: dict[str, Any], way: str) -> None:
    """Two trainers get each row of three partitions once; where a rank is a partition, the record has the shuffle."""
    found = seen["three partitions"][way]
    assert found["status"] == "ok", found
    assert ("repartitioned" in found["notes"]) == (way == "barrier_arrow")
    assert seen["lazy"][way]["status"] == "ok", seen["lazy"][way]


@pytest.mark.parametrize("way", ["barrier_arrow", "flight", "parquet_files"])
def test_a_slow_rank_holds_memory_flat(seen: dict[str, Any], way: str) -> None:
    """A rank that is slower than Spark does not gather rows: it grows by less than half of what passes through it."""
    assert sum(rows for rows, _ in seen["slow"][way]) == 2_000_000
    assert all(grown < BYTES_OF_A_RANK / 2 for _, grown in seen["slow"][way]), seen["slow"][way]


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("barrier_arrow", "The process of a rank died, and the others were ended"),
        ("flight", "Trainer 1 ended by SIGKILL before it had all its rows"),
        ("to_arrow", "Trainer 1 ended by SIGKILL before it had all its rows"),
    ],
)
def test_a_dead_rank_ends_the_trial(seen: dict[str, Any], way: str, sentence: str) -> None:
    """One sentence says so, whoever has started the rank."""
    assert seen["dead"][way].startswith(sentence), seen["dead"][way]


def test_a_failed_job_ends_trainers_that_wait(seen: dict[str, Any]) -> None:
    """Trainers that are pushed rows hear that no more will come, and why."""
    assert "A job of Spark failed" in seen["failed job"]


@pytest.mark.parametrize("writer", ["ArrowWriter", "ParquetWriter"])
def test_a_full_disk_is_a_sentence(seen: dict[str, Any], writer: str) -> None:
    """It names the directory's setting, and no stack of Java."""
    assert seen["full disk"][writer].startswith("A disk that holds Spark's files is full: make room there")


@pytest.mark.parametrize("way", ["to_arrow", "to_pandas", "collect_rows"])
def test_too_many_rows_for_the_driver_are_a_sentence(seen: dict[str, Any], way: str) -> None:
    """It names Spark's limit and the remedy."""
    reason = seen["too much"][way]["reason"]
    assert reason.startswith("All rows in the driver take more than spark.driver.maxResultSize allows"), reason
    assert "\n" not in reason


def test_nothing_is_left(seen: dict[str, Any]) -> None:
    """After all of this no process of Spark, and no trainer, is there."""
    assert not seen["left"]
