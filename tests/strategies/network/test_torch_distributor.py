"""A fault of a rank ends TorchDistributor in one sentence, and the next training in the same session works."""

from collections.abc import Callable

import pytest

from bench.records.directory import Record
from tests.conftest import CONTROL

pytestmark = pytest.mark.torch
FAULTS = """
    import os
    import signal
    import time
    from dataclasses import replace

    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.torch import ranks
    from strategies.network import torch_distributor
    from strategies.network.torch_distributor import bench_setup, bench_teardown

    own = torch_distributor.train
    watchdog.SECONDS_TO_WAIT = 40

    @hookimpl
    def bench_train(trial, session):
        trial = replace(trial, learning_rate=1e-3, batch_size=100, epochs=1)
        for fault in (raises, dies, stalls):
            torch_distributor.train = fault
            try:
                torch_distributor.bench_train(trial, session)
            except RankError as error:
                trial.note(fault.__name__, str(error))
        torch_distributor.train = own
        torch_distributor.bench_train(trial, session)
        trial.note("well", True)

    def is_second():
        watchdog.SECONDS_TO_WAIT = 40
        return os.environ["RANK"] == "1"

    def raises(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: [].pop()
        return own(trial, called_at)

    def dies(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        return own(trial, called_at)

    def stalls(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: time.sleep(600)
        return own(trial, called_at)
"""


@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that raises says its own error, one that dies or stalls ends the others, and then it trains."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes["well"]
    assert notes["raises"] == "Rank 1: IndexError: pop from empty list"
    for fault in ("dies", "stalls"):
        assert notes[fault].startswith(("Rank 0: ", "The process of a rank died")), notes
    assert "processes_left" not in notes
