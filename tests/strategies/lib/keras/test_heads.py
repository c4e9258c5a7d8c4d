"""The network's last layers and loss for each kind of problem, seen from inside."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial


@pytest.fixture(scope="module")
def seen(trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_heads.py` saw."""
    return observe("observe_heads.py", trial_for("tensorflow"))


def test_a_number_is_learned_as_if_it_were_standardised(seen: dict[str, Any]) -> None:
    """All gradients are those of the squared error of the standardised label, though the model answers in its unit."""
    assert seen["gradient_difference"] < 1e-3


def test_a_number_is_answered_in_the_labels_unit(seen: dict[str, Any]) -> None:
    """Before any training answers lie about the label's mean, as far as labels do; a saved model gives the same."""
    shape, mean, std = seen["answers"]
    assert shape == [64]
    assert mean == pytest.approx(5000, abs=1)
    assert 0.01 < std < 1
    assert seen["saved_difference"] == 0


def test_classes_are_answered_by_probabilities(seen: dict[str, Any]) -> None:
    """Each row has one for each class, and they sum to 1."""
    shape, away = seen["probabilities"]
    assert shape == [64, 3]
    assert away < 1e-6


def test_the_unit_of_weights_does_not_matter(seen: dict[str, Any]) -> None:
    """Weights are divided by their mean over the train split: Adam heeds no gradient that is too small."""
    assert seen["weights_mean"] == pytest.approx(1)
    assert seen["weights_difference"] < 1e-5
