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

def optimizer(steps):
    return tf.keras.optimizers.SGD(tf.keras.optimizers.schedules.CosineDecay(0.1, steps))
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
# A table behind a dense layer; its gradients are added up whole, and then gathered.
EMBED = (
    TRAIN
    + """
    table = Network("nets.py:table", TABLE, "table", {{}}, f"{{2:0<12}}")
    small = replace(trial, network=table, learning_rate=1e-3, batch_size=100, epochs=3)
    added, gathered = (
        {strategy}.bench_train(replace(small, sparse_as_dense=one), session).get_weights() for one in (1, 0)
    )
    trial.note("difference", max(float(abs(a - b).max()) for a, b in zip(added, gathered, strict=True)))

TABLE = '''
import tensorflow as tf
from tensorflow.keras import Model, layers

def table(inputs):
    rows = tf.keras.Input((inputs.features,))
    embedded = layers.Flatten()(layers.Embedding(4096, 8)(tf.cast(tf.abs(rows[:, :2]) * 1000, "int32")))
    hidden = layers.Dense(4)(rows)
    return Model(rows, layers.Dense(1, "sigmoid")(layers.Concatenate()([hidden, embedded])))
'''
"""
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("script", "strategy", "fault", "sentence"),
    [
        pytest.param(
            *(EMBED, "horovod", "raises", "Rank 1: nets.py:net raised an error (ValueError: not here)"),
            marks=pytest.mark.slow,
            id="horovod",
        ),
        pytest.param(
            *(TRAIN, "mirrored_runner", "differs", "nets.py:net built other weights on rank 1 than on rank 0"),
            id="mirrored_runner",
        ),
    ],
)
def test_ranks_train_one_network_or_say_why_not(
    trial_of: Callable[..., Record], script: str, strategy: str, fault: str, sentence: str
) -> None:
    """Neither a rank whose weights have other shapes nor one that cannot build its network lets the others wait.

    Horovod's ranks learn the same whether they add up a table's gradients or gather them, and measure what they gather.
    """
    record = trial_of(script.format(strategy=strategy, fault=fault), facts=CONTROL, cores=2, timeout_s=540)
    assert record["status"] == "ok", record["reason"]
    notes = record["notes"]
    assert notes[fault].startswith(sentence)
    assert notes["weights"] == [[4, 4], [4], [4], [4], [4], [4], [4, 1], [1]]
    assert "processes_left" not in notes
    if script == EMBED:
        features = 4
        rows, values, index = 50, 8 * 4, 4
        assert notes["difference"] < 1e-4
        assert record["measures"]["allgather_bytes_per_step"] == 2 * rows * (values + index)
        assert record["measures"]["allreduce_bytes_per_step"] == 4 * ((features + 1) * 4 + 4 + 2 * 8 + 1)
        assert record["measures"]["steps_timed"] == 2 * 16  # but for the first epoch, which one call takes
