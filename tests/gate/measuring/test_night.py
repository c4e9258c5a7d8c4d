"""What is measured again because others disturbed it, and what counts all the same."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from bench.gate.measuring import night
from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.measuring.schedule import Shuffler
from bench.records.directory import RunDirectory
from tests.gate.made import DATASET, RULES, case, record

BUSY = {"foreign_cpu_share": 1.0}


@pytest.mark.parametrize(
    ("tries", "status", "retries"),
    [
        ([("ok", {})], None, 0),
        ([("ok", BUSY), ("ok", {})], None, 1),
        ([("timeout", BUSY), ("ok", {})], None, 1),
        ([("timeout", BUSY)] * 3, "timeout", 2),
        ([("timeout", {})], "timeout", 0),
        ([("failed", BUSY)], "failed", 0),
        ([("ok", BUSY), ("invalid", {})], "invalid", 1),
        ([("ok", BUSY), ("invalid", BUSY)], "invalid", 1),
        ([("ok", BUSY)] * 3, None, 2),
        ([("ok", {"stall_share": 0.1}), ("ok", {"stall_share": 0.9})], None, 0),
    ],
)
def test_what_others_disturbed_is_run_again(
    tries: list[tuple[str, dict[str, float]]],
    status: str | None,
    retries: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    """A trial that ended well or ran out of time beside others gets other tries, and whatever else fails does not.

    The definition of a disturbance is that of all other verbs: that tasks waited for a core is none.
    """
    outcomes = iter(tries)

    def run(*_: object, **__: object) -> dict[str, Any]:
        ended, usage = next(outcomes)
        return {**record(1.0, **usage), "status": ended, "reason": None if ended == "ok" else "A reason."}

    monkeypatch.setattr(night.runner, "run", run)
    monkeypatch.setattr(RunDirectory, "append", lambda *_: None)
    arm: Any = SimpleNamespace(environment={"fingerprint": "f"}, worker=None)
    directories = {("baseline", DATASET.name): RunDirectory(tmp_path)}
    measured = CaseMeasurements(case())
    deadline = time.monotonic() + 600
    runner = night.PairRunner({"baseline": arm}, directories, RULES, Shuffler(1), 60.0, deadline, print)
    _, disturbed = runner._run_until_quiet(measured, "baseline", "look")
    assert (measured.failure.status if measured.failure else None) == status
    assert measured.retries == retries
    assert disturbed == (retries == 2)
