"""Batch normalisation that is folded into weights changes no answer by more than scores may differ."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial

KEPT = {"dcn", "own class", "shared"}  # no batch normalisation; a method of the user's own; what others need, too
MOST = 1e-5


@pytest.fixture(scope="module")
def seen(trial_for: Callable[..., Trial], observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_folding.py` saw of the networks of all kinds, and of some of random layers."""
    return observe("observe_folding.py", trial_for("tensorflow"))


def test_answers_are_those_of_the_model(seen: dict[str, Any]) -> None:
    """On more rows than are scored at a time, and after the model was saved and loaded."""
    far = {name: one for name, one in seen.items() if max(one["difference"], one.get("saved", 0)) > MOST}
    assert not far
    assert len(seen) >= 11


def test_only_what_does_the_same_is_folded(seen: dict[str, Any]) -> None:
    """Other networks are scored with as they are."""
    assert {name for name, one in seen.items() if not one["folded"] and not name.startswith("random")} == KEPT
    assert sum(one["folded"] for name, one in seen.items() if name.startswith("random")) >= 2
