"""A network's source runs as a module of its own, and what it raises or returns becomes a sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from bench import Network, Skip
from strategies.lib.keras.given import KERAS
from strategies.lib.networks import source
from strategies.lib.networks.errors import NetworkError
from strategies.lib.networks.framework import own_model, shapes_of, unlike
from strategies.lib.torch.given import TORCH

PYTORCH = """
class Module:
    pass

Module.__module__ = "torch.nn.modules.module"

def net(inputs):
    return Module()
"""
KERAS_3 = PYTORCH.replace("Module", "Model").replace("torch.nn.modules.module", "keras.src.models.model")


def network_of(text: str, function: str = "net", **arguments: Any) -> Network:
    """Return a network of a source."""
    return Network("nets.py:net", text, function, arguments, hashlib.sha256(text.encode()).hexdigest())


def test_a_function_gets_the_inputs_or_their_number_and_its_arguments() -> None:
    """A first parameter called `input_dim` gets a number, as in tutorials; the file runs once in a process."""
    text = "runs = []\nruns.append(1)\ndef net(input_dim, *, width=2):\n    return input_dim, width, runs"
    network = network_of(text, width=5)
    function = source.function_of(network, "keras")
    assert source.takes_number_alone(function)
    assert source.call(network, function, 7) == (7, 5, [1])
    assert source.function_of(network, "keras") is function
    assert not source.takes_number_alone(source.function_of(network_of("def net(inputs): return 1"), "keras"))


def test_a_file_without_a_named_function_has_one_for_each_framework() -> None:
    """A strategy of a framework that the file has no function for is skipped."""
    network = network_of("def keras(inputs): return 1\ndef torch(inputs): return 2", function="")
    assert [source.call(network, source.function_of(network, name), 3) for name in ("keras", "torch")] == [1, 2]
    with pytest.raises(Skip, match="has no function 'jax', so there is no such network in this framework"):
        source.function_of(network, "jax")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import no_such_module", "does not import on .*No module named 'no_such_module'.: only this one file goes"),
        ("1 / 0", r"does not import on .* \(ZeroDivisionError: division by zero\)\.$"),
        ("def net(inputs): raise ValueError('too\\nwide')", r"raised an error \(ValueError: too wide\)"),
        ("def net(inputs): return 1\nnet = 3", "is no function once its file has run"),
    ],
)
def test_what_a_file_raises_is_a_sentence(text: str, sentence: str) -> None:
    """The network is named, and the log has the traceback with its lines."""
    network = network_of(text)
    with pytest.raises(NetworkError, match=rf"^nets\.py:net {sentence}"):
        source.call(network, source.function_of(network, "keras"), 1)


def test_the_returned_object_decides_whose_it_is() -> None:
    """A model of another framework is skipped, and what is no model at all is a fault."""
    network = network_of(PYTORCH)
    returned = source.call(network, source.function_of(network, "keras"), 1)
    with pytest.raises(Skip, match=r"nets.py:net returns a PyTorch module, and this strategy trains a Keras model\."):
        own_model(returned, network, KERAS)
    with pytest.raises(NetworkError, match="returns NoneType, and must return a Keras model"):
        own_model(None, network, KERAS)
    newer = network_of(KERAS_3)
    returned = source.call(newer, source.function_of(newer, "keras"), 1)
    with pytest.raises(Skip, match=r"nets.py:net returns a Keras model, and this strategy trains a PyTorch module\."):
        own_model(returned, newer, TORCH)
    with pytest.raises(NetworkError, match=r"nets\.py:net returns a model of Keras 3: import it from TensorFlow"):
        own_model(returned, newer, KERAS)


def test_ranks_with_unlike_weights_are_named(trial_for: Callable[..., Any]) -> None:
    """Without this they would wait for each other for ever."""
    import numpy as np

    two, three = (shapes_of([np.zeros((4, width), np.float32)]) for width in (2, 3))
    assert json.loads(two) == [["float32", 4, 2]]
    trial = trial_for("horovod")
    assert unlike(trial, [two, two]) is None
    assert "built other weights on rank 2 than on rank 0" in str(unlike(trial, [two, two, three]))
