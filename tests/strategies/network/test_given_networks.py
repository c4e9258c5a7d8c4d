"""A user's network on ranks: those that build unlike ones say so at once, and those that build the same train it."""

from collections.abc import Callable

import pytest

from bench.records.directory import Record
from tests.conftest import CONTROL

# A model in a model, with batch normalisation in it: its moving averages are averaged over the ranks.
TRAIN = """
from dataclasses import replace

from bench import Network
from strategies.lib.ranks.errors import RankError
from strategies.network import {strategy}
from strategies.network.{strategy} import bench_setup, bench_teardown

SOURCE = '''
import os
import tensorflow as tf
from pyspark import TaskContext
from tensorflow.keras import Sequential, layers

def net(input_dim, fault=""):
    context = TaskContext.get()
    rank = context.partitionId() if context else int(os.environ.get("HOROVOD_RANK", 0))
    if fault == "raises" and rank == 1:
        raise ValueError("not here")
    inner = Sequential([layers.Dense(4 + (rank if fault == "differs" else 0)), layers.BatchNormalization()])
    return Sequential([tf.keras.Input((input_dim,)), inner, layers.Dropout(0.1), layers.Dense(1, "sigmoid")])
'''

@hookimpl
def bench_train(trial, session):
    for fault in ("{fault}", ""):
        given = Network("nets.py:net", SOURCE, "net", {{"fault": fault}}, f"{{fault:0<12}}")
        one = replace(trial, network=given, learning_rate=1e-3, batch_size=100, epochs=1)
        try:
            trained = {strategy}.bench_train(one, session)
        except RankError as error:
            trial.note(fault, str(error))
    trial.note("weights", [list(weight.shape) for weight in trained.get_weights()])
"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("strategy", "fault", "sentence"),
    [
        ("horovod", "raises", "Rank 1: nets.py:net raised an error (ValueError: not here)"),
        ("mirrored_runner", "differs", "nets.py:net built other weights on rank 1 than on rank 0"),
    ],
)
def test_ranks_train_one_network_or_say_why_not(
    trial_of: Callable[..., Record], strategy: str, fault: str, sentence: str
) -> None:
    """Neither a rank whose weights have other shapes nor one that cannot build its network lets the others wait."""
    record = trial_of(TRAIN.format(strategy=strategy, fault=fault), facts=CONTROL, cores=2, timeout_s=360)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes[fault].startswith(sentence)
    assert notes["weights"] == [[4, 4], [4], [4], [4], [4], [4], [4, 1], [1]]
    assert "processes_left" not in notes
