"""PyTorch does the work of Keras: the same steps from the same weights lead to the same answers."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def trial(trial_for: Callable[..., Trial]) -> Trial:
    """A trial of two epochs of 15 steps."""
    return trial_for("torch", batch_size=1024)


@pytest.fixture(scope="module")
def seen(trial: Trial, observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_torch.py` saw in that trial."""
    return observe("observe_torch.py", trial)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_the_same_steps_lead_to_the_same_answers(seen: dict[str, Any], kind: str) -> None:
    """Without dropout, and with weights of rows in two kinds, losses differ by less than 0.001 of them."""
    theirs, ours = seen[kind]
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_the_same_weights_give_the_same_answers(seen: dict[str, Any]) -> None:
    """Before any step the networks are one function."""
    assert seen["before"] < 1e-5


@pytest.mark.parametrize("name", ["wide", "dcn"])
def test_built_in_networks_are_one_network_in_both_frameworks(seen: dict[str, Any], name: str) -> None:
    """From weights of the same spread; and from the same weights with the same answers, before and after the steps."""
    found = seen[name]
    theirs, ours = found["spread"]
    assert ours == pytest.approx(theirs, rel=0.15)
    assert found["before"] < 1e-5
    theirs, ours = found["losses"]
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_moving_variances_are_biased(seen: dict[str, Any]) -> None:
    """They are those of Keras, from which PyTorch's own differ by one part in the rows of a batch."""
    assert seen["variances"] < 0.5 / 1024


def test_the_seed_alone_decides_the_initial_weights(seen: dict[str, Any]) -> None:
    """The same seed gives the same weights whatever was drawn before, another seed others."""
    first, again, other = seen["seeds"]
    assert first == again
    assert not set(first) & set(other)


def test_initial_weights_are_spread_as_those_of_keras(seen: dict[str, Any]) -> None:
    """Each kernel has the standard deviation of the same kernel in Keras, as far as so few numbers tell."""
    ours, theirs = seen["spread"]
    assert ours == pytest.approx(theirs, rel=0.15)


def test_an_epoch_is_whole_batches_of_different_rows(seen: dict[str, Any], trial: Trial) -> None:
    """Each epoch has whole batches only and no row twice, an order of its own, and leaves out different rows."""
    batches, steps = seen["batches"], seen["steps"]
    assert {len(batch) for batch in batches} == {trial.batch_size}
    assert len(batches) == trial.epochs * steps == 4
    first, second = ([row for batch in part for row in batch] for part in (batches[:steps], batches[steps:]))
    assert len(set(first)) == len(set(second)) == 2 * trial.batch_size
    assert set(first) != set(second)
    assert seen["rows_with_another_label"] == 0
