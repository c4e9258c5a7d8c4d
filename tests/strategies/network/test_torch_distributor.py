"""A fault of a rank ends TorchDistributor in one sentence, and then a given network is trained in the same session."""

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

    from bench import Network
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.torch import network, ranks
    from strategies.network import torch_distributor
    from strategies.network.torch_distributor import bench_setup, bench_teardown

    own = torch_distributor.train
    watchdog.SECONDS_TO_WAIT = 40
    SOURCE = "from torch import nn\\n\\ndef net(input_dim, *, width):\\n    return nn.Sequential("
    SOURCE += "nn.Linear(input_dim, width), nn.BatchNorm1d(width), nn.Linear(width, 1), nn.Sigmoid())"

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
        given = Network("nets.py:net", SOURCE, "net", {"width": 3}, "0" * 12)
        model = torch_distributor.bench_train(replace(trial, network=given), session)
        trial.note("weights", [list(array.shape) for array in network.state(model)])

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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that raises says its own error, one that dies or stalls ends the others, and then a network is trained."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    # A standardisation's two, a layer's two, five of batch normalisation, a layer's two.
    assert notes["weights"] == [[4], [4], [3, 4], [3], [3], [3], [3], [3], [], [1, 3], [1]]
    assert record["measures"]["steps_timed"] == 16
    assert notes["raises"] == "Rank 1: IndexError: pop from empty list"
    for fault in ("dies", "stalls"):
        assert notes[fault].startswith(("Rank 0: ", "The process of a rank died")), notes
    assert "processes_left" not in notes
