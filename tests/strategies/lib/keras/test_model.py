"""A user's model is scored with where it gives answers of the dataset's kind of problem, and refused where not."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial

ONE = "it gives an array of shape (rows, 1), and 3 probabilities for each row are needed, one for each class."
THREE = "it gives an array of shape (rows, 3), and one {} for each row is needed."
SEEN = {
    "sigmoid": {"binary": [50], "multiclass": ONE, "regression": [50]},
    "linear": {
        "binary": "some of its outputs are no probabilities: it must end with a sigmoid.",
        "multiclass": ONE,
        "regression": [50],
    },
    "softmax": {"binary": THREE.format("probability"), "multiclass": [50, 3], "regression": THREE.format("number")},
    "sigmoids": {
        "binary": THREE.format("probability"),
        "multiclass": "some of its outputs are no probabilities that sum to 1: it must end with a softmax.",
        "regression": THREE.format("number"),
    },
}


@pytest.fixture(scope="module")
def seen(trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_models.py` saw."""
    return observe("observe_models.py", trial_for("tensorflow"))


@pytest.mark.parametrize("name", SEEN)
def test_a_model_fits_the_kind_of_problem_or_gets_a_sentence(seen: dict[str, Any], name: str) -> None:
    """Its width is that of an answer, and its outputs are probabilities where these are asked for."""
    assert seen[name] == SEEN[name]
