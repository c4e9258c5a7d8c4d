"""`bench run --task handoff`: trainers take rows in batches, and a wrong row ends the trial as invalid."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench import plugins
from bench.errors import UsageError
from bench.model import Dataset
from bench.problems.delivery import DELIVERY
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.trial import runner
from bench.trial.row_digest import RowDigest
from bench.trial.sink import consume, cut
from bench.trial.succession import LabelSuccession, autocorrelation
from tests.conftest import Plugins

FACTS = "@hookimpl\ndef bench_strategy():\n    return Strategy(family='{}', tasks=('handoff',))\n"
HAND_OVER = """
@hookimpl
def bench_handoff(trial):
    from bench import rows
    features, labels, _ = rows.open(trial.dataset, "train").matrix(1)
    {}
    return Delivery([(features[:700], labels[:700]), (features[700:], labels[700:])])


class Delivery:
    def __init__(self, blocks):
        self.blocks, self.passes = blocks, 0

    def run(self, function):
        self.passes += 1
        {}
        return [function(0, 1, iter(self.blocks))]
"""
WRONG = [
    ("features, labels = features[1:], labels[1:]", "", "in the first pass 1 rows are missing"),
    ("", "self.blocks *= 2", "in the first pass 1,600 rows came too many"),
    ("features[3], labels[3] = features[4], labels[4]", "", "one came twice in place of another: see"),
    ("features[3, 2] += 1e-6", "", "rows came with other values, or one came twice in place of another: see x2"),
    ("labels[0] = 1 - labels[0]", "", "see the label"),
    ("features = features[:, [1, 0, 2, 3]].copy()", "", "see x0, x1"),
    ("features[[3, 4], 1] = features[[4, 3], 1]", "", "values of some rows came in rows of others"),
    ("features = features[:, :3].copy()", "", "trainers got 3 features a row"),
    ("", "self.blocks = self.blocks[: 3 - self.passes]", "in the second pass 900 rows are missing"),
]


@pytest.fixture
def handed(installed: Plugins, tiny: Dataset, tmp_path: Path) -> Callable[..., Record]:
    """Run a strategy in a handoff trial, given changes of its rows and what it does in each pass."""

    def run(change: str = "", in_pass: str = "", family: str = "handoff", request: Request | None = None) -> Record:
        installed.add("sut", HAND_OVER.format(change or "pass", in_pass or "pass"), FACTS.format(family))
        request = request or Request(task="handoff", cores=1, batch_size=(100,))
        planned = plan.make(request, {"sut": plugins.load("sut").strategy}, tiny)[0]
        return runner.run(planned, run_name="run", environment="", log=tmp_path / "log", timeout_s=200.0)

    return run


def test_every_row_once_is_ok(handed: Callable[..., Record], tiny: Dataset) -> None:
    """The record has both passes, CPU and memory apart, and the order of labels as its only grade."""
    record = handed(request=Request(task="handoff", cores=1, batch_size=(100,), step_ms=5))
    assert record["status"] == "ok", record["reason"]
    assert record["rows"] == tiny.train_rows
    assert (record["trial"]["step_ms"], record["trial"]["frame"]) == (5, "cached")
    assert abs(record["quality"][DELIVERY.metrics[0].name]) < 0.1
    assert record["phases"]["second_pass"] >= tiny.train_rows / 100 * 0.005
    measures = record["measures"]
    assert measures["trainers_cpu_s"] > 0
    assert measures["driver_memory_bytes"] == 0  # the trainer is the driver here
    assert measures["ranks_memory_bytes"] > 1e6
    assert measures["starved_share"] < 0.5
    assert 0 < measures["first_batch_s"] < record["phases"]["handoff"]


@pytest.mark.parametrize(("change", "in_pass", "reason"), WRONG)
def test_a_wrong_row_is_invalid(handed: Callable[..., Record], change: str, in_pass: str, reason: str) -> None:
    """A row that is dropped, doubled, changed or mixed up is found, in either pass, and its column named."""
    record = handed(change, in_pass)
    assert record["status"] == "invalid", record["reason"]
    assert reason in record["reason"]
    assert record["rows_per_s"] is None


def test_a_floor_is_not_graded(handed: Callable[..., Record]) -> None:
    """A way that gives trainers no row is held to the number of rows only."""
    record = handed("", "return [800, 800]", "handoff_floor")
    assert (record["status"], record["quality"]) == ("ok", None), record["reason"]
    record = handed("", "return [800, 799]", "handoff_floor")
    assert "1 rows are missing" in record["reason"]


def test_rows_in_another_form_fail(handed: Callable[..., Record]) -> None:
    """A trainer takes float32 in C order only, so that no way leaves the conversion to it."""
    record = handed("features = features.astype('float64')")
    assert record["status"] == "failed"
    assert "a trainer takes float32" in record["reason"]


def test_a_batch_has_a_row_for_each_trainer(tiny: Dataset) -> None:
    """The plan refuses what no trial could do."""
    with pytest.raises(UsageError, match="1 rows gives 2 trainers none: raise --batch-size"):
        plan.make(Request(task="handoff", batch_size=(1,)), {"to_arrow": plugins.load("to_arrow").strategy}, tiny)


@pytest.mark.parametrize("sizes", [[10], [3, 3, 4], [1] * 10, [4, 0, 6], [25]])
def test_batches_are_cut_whatever_the_blocks(sizes: list[int]) -> None:
    """All batches but the last have the rows that were asked for, in their order, in C order."""
    rows = np.arange(sum(sizes) * 2, dtype=np.float32).reshape(-1, 2)
    ends = np.cumsum(sizes)
    blocks = [(rows[end - size : end], rows[end - size : end, 0].copy()) for size, end in zip(sizes, ends, strict=True)]
    batches = list(cut(iter(blocks), 4))
    assert [len(labels) for _, labels in batches[:-1]] == [4] * (len(batches) - 1)
    assert all(features.flags.c_contiguous for features, _ in batches)
    assert (np.concatenate([features for features, _ in batches]) == rows).all()
    assert (np.concatenate([labels for _, labels in batches]) == rows[:, 0]).all()


def test_the_digest_knows_no_order() -> None:
    """Rows in another order and in other portions have the same digest, which survives JSON."""
    rows = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)
    one, other = RowDigest(), RowDigest()
    one.add(rows[:, 0], rows)
    for part in np.array_split(rows[::-1], 7):
        other.merge(RowDigest.of_json(_digest(part).as_json()))
    assert one.as_json() == other.as_json()


def _digest(rows: np.ndarray) -> RowDigest:
    found = RowDigest()
    found.add(rows[:, 0], rows)
    return found


def test_order_shows_in_the_succession_of_labels() -> None:
    """Sorted labels have an autocorrelation near 1, those in turn near -1, equal ones 0; portions change nothing."""
    labels = np.array([0.0, 1.0] * 500, np.float32)
    for order, expected in ((np.sort(labels), 1.0), (labels, -1.0), (np.ones(1000, np.float32), 0.0)):
        whole, parts = LabelSuccession(), LabelSuccession()
        whole.add(order)
        for part in np.array_split(order, 7):
            parts.add(part)
        assert autocorrelation([whole.as_json()]) == pytest.approx(expected, abs=0.01)
        assert autocorrelation([parts.as_json()]) == pytest.approx(autocorrelation([whole.as_json()]))


def test_waiting_for_batches_is_told_from_steps() -> None:
    """A slow source starves a trainer, and a slow trainer is not starved."""
    rows = np.ones((1000, 2), np.float32)

    def source(pause_s: float):
        import time

        for part in np.array_split(rows, 10):
            time.sleep(pause_s)
            yield part, part[:, 0].copy()

    starved, busy = (
        functools.partial(consume, 100, step_s)(0, 1, source(pause_s)) for step_s, pause_s in ((0, 0.05), (0.05, 0))
    )
    assert (starved.batches, busy.batches) == (10, 10)
    assert starved.waited_s / starved.took_s > 0.6
    assert busy.waited_s / busy.took_s < 0.4
