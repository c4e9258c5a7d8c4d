"""Given networks are built as Keras models around what a user's function returns, and examined before they train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial

FEATURES = 8


@pytest.fixture(scope="module")
def seen(trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What becomes of the networks of `observe_networks.py`."""
    return observe("observe_networks.py", trial_for("horovod", workers=(2,)))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("logits", "some of its outputs are no probabilities: it must end with a sigmoid."),
        ("three classes", "it gives an array of shape (rows, 3), and one probability for each row is needed."),
        ("two outputs", "nets.py:two outputs gives 2 outputs, and one is needed."),
        ("other width", "nets.py:other width does not take rows of 8 numbers (ValueError: "),
        ("nan", "nets.py:nan gives NaN or infinite numbers before the first step."),
        ("keras 3", "nets.py:keras 3 returns a model of Keras 3: import it from TensorFlow (`from tensorflow import"),
        ("another each time", "builds other weights each time: it must build one network only."),
        ("legacy optimiser", "nets.py:optimizer returns SGD, and must return an optimiser of tf.keras.optimizers, not"),
        ("wrong optimiser", "nets.py:optimizer raised an error (TypeError: optimizer() takes 0 positional arguments"),
        ("no model", "nets.py:no model returns Dense, and must return a Keras model."),
    ],
)
def test_a_fault_is_one_sentence_before_the_first_step(seen: dict[str, Any], name: str, sentence: str) -> None:
    """It begins with the network's name and says what to change."""
    assert seen[name].keys() == {"sentence"}
    assert seen[name]["sentence"].startswith("nets.py:")
    assert sentence in seen[name]["sentence"]
    assert "\n" not in seen[name]["sentence"]


def test_a_tutorials_function_is_a_network(seen: dict[str, Any]) -> None:
    """It is given the number of inputs; what it computes and what its workers exchange is counted."""
    found = seen["tutorial"]
    parameters = (FEATURES + 1) * 8 + 2 * 8 + 8 + 1
    assert found["parameters"] == parameters
    assert found["allreduce_bytes_per_step"] == 4 * parameters
    multiplied = 2 * (FEATURES * 8 + 8)
    assert multiplied <= found["flops_per_row"] <= 2 * multiplied  # standardisation and biases are in it too
    assert found["network"]["framework"] == "keras"
    assert found["network"]["deterministic"]
    assert not found["network"]["own_optimiser"]


def test_a_file_may_have_its_own_optimiser(seen: dict[str, Any]) -> None:
    """It is told the steps of the whole training, and takes the place of ours, which moves weights at once."""
    assert seen["own optimiser"]["network"]["own_optimiser"]
    ours, its = seen["moved"]
    assert ours > 1e-3
    assert its == 0


def test_structure_is_what_a_network_is_and_not_what_it_is_called(seen: dict[str, Any]) -> None:
    """Names of layers play no part, widths do; a model of the user's own class has one by its weights."""
    structures = {name: found["network"]["structure"] for name, found in seen.items() if "network" in found}
    assert structures["inputs"] == structures["renamed"]
    assert structures.pop("own optimiser") == structures["tutorial"]
    assert len(set(structures.values())) == len(structures) - 1
    assert "own class" in structures


def test_chance_that_no_seed_decides_is_told(seen: dict[str, Any]) -> None:
    """Two builds with one seed differ, which the record says."""
    assert not seen["of chance"]["network"]["deterministic"]


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_built_in_networks_are_trained_like_a_users(seen: dict[str, Any], kind: str) -> None:
    """`wide` has three dense layers; `dcn` has its categories in tables, whose gradients are most of what travels."""
    answers = 3 if kind == "multiclass" else 1
    dense = FEATURES * 16 + 16 * 8 + 8 * 4 + 2 * (16 + 8 + 4) + 5 * answers
    assert seen["wide"][kind]["parameters"] == dense
    assert seen["wide"][kind]["network"]["deterministic"]
    inputs = 2 * 2 + FEATURES - 2
    hidden = (inputs + 1) * 256 + 257 * 128 + 129 * 64 + 65 * answers
    assert seen["dcn"][kind]["parameters"] == 2 * 64 * 2 + 2 * inputs * (inputs + 1) + hidden


def test_a_network_of_categories_says_where_there_are_none(seen: dict[str, Any]) -> None:
    """It says how to have some, and how to do without."""
    assert "import them with --categories native, or name" in seen["dcn"]["without categories"]["sentence"]
    assert "parameters" in seen["wide"]["without categories"]


def test_a_saved_network_answers_as_it_did(seen: dict[str, Any]) -> None:
    """Whoever loads it needs no code of the user's: a model of their own class is saved as a SavedModel."""
    for found in (seen["tutorial"], seen["own class"], seen["dcn"]["binary"]):
        assert found["saved_difference"] < 1e-6
