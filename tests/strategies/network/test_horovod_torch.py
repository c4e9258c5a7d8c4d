"""Horovod's PyTorch ranks: a fault of one is a sentence, and so is a Horovod that was built for something else."""

from collections.abc import Callable

import pytest

from bench import Skip
from bench.records.directory import Record
from strategies.network import horovod_torch
from tests.conftest import CONTROL

FAULTS = """
    import os
    import signal
    import time
    from dataclasses import replace

    from bench import Network
    from strategies.lib.ranks import watchdog
    from strategies.lib.ranks.errors import RankError
    from strategies.lib.spark import horovod as horovod_ranks
    from strategies.lib.torch import network, ranks
    from strategies.network import horovod_torch
    from strategies.network.horovod_torch import bench_setup, bench_teardown

    own = horovod_torch.train
    watchdog.SECONDS_TO_WAIT = 15  # here and in the ranks
    horovod_ranks.ENVIRONMENT["HOROVOD_GLOO_TIMEOUT_SECONDS"] = "10"
    SOURCE = "import os\\nfrom torch import nn\\n\\ndef net(input_dim, *, other):\\n"
    SOURCE += "    units = 5 if other and os.environ.get('HOROVOD_RANK') == '1' else 4\\n    return nn.Sequential("
    SOURCE += "nn.Linear(input_dim, units), nn.BatchNorm1d(units), nn.Linear(units, 1), nn.Sigmoid())"

    @hookimpl
    def bench_train(trial, session):
        trial = replace(trial, learning_rate=1e-3, batch_size=100, epochs=1)
        for fault in (dies, stalls):
            horovod_torch.train = fault
            said(trial, session, fault.__name__)
        horovod_torch.train = own
        said(replace(trial, network=given(True)), session, "differs")
        model = horovod_torch.bench_train(replace(trial, network=given(False)), session)
        trial.note("weights", [list(array.shape) for array in network.state(model)])

    def said(trial, session, fault):
        try:
            horovod_torch.bench_train(trial, session)
        except RankError as error:
            trial.note(fault, str(error))

    def given(other):
        return Network("nets.py:net", SOURCE, "net", {"other": other}, f"{other:0>12}")

    def is_second():
        return os.environ["HOROVOD_RANK"] == "1"

    def dies(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
        return own(trial, called_at)

    def stalls(trial, called_at):
        if is_second():
            ranks.fit = lambda *arguments: time.sleep(600)
        return own(trial, called_at)
"""


@pytest.mark.parametrize(
    ("built", "sentence"),
    [
        (None, "Horovod was built without PyTorch here: "),
        ("2.13.0+cpu", "Horovod was built for PyTorch 2.13.0+cpu, and 2.15.0 is installed: "),
    ],
)
def test_a_horovod_for_something_else_is_a_reason_to_skip(built: str | None, sentence: str) -> None:
    """Built without PyTorch, or for another version of it, it is not tried."""
    with pytest.raises(Skip, match=f"^{sentence}".replace("+", r"\+")):
        horovod_torch.check_build(built, "2.15.0")


def test_builds_of_one_version_have_one_interface() -> None:
    """A Horovod that was built for a PyTorch without CUDA works with one that has it."""
    horovod_torch.check_build("2.13.0+cpu", "2.13.0")


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.timeout(600)
def test_the_fault_of_one_rank_ends_the_training(trial_of: Callable[..., Record]) -> None:
    """A rank that dies, stalls or builds another network is one sentence, and then a given network is trained."""
    record = trial_of(FAULTS, facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    for fault in ("dies", "stalls"):
        assert notes[fault].startswith("Rank "), notes
    assert notes["differs"].startswith("nets.py:net built other weights on rank 1 than on rank 0"), notes
    # A standardisation's two, a layer's two, five of batch normalisation, a layer's two.
    assert notes["weights"] == [[4], [4], [4, 4], [4], [4], [4], [4], [4], [], [1, 4], [1]]
    assert "processes_left" not in notes
