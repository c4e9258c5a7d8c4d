"""TensorFlow in one process, seen from inside."""

from collections.abc import Callable
from typing import Any

import pytest

from bench import Trial

CORES = 2


@pytest.fixture(scope="module")
def trial(trial_for: Callable[..., Trial]) -> Trial:
    """A trial of two short epochs."""
    return trial_for("tensorflow", cores=CORES, batch_size=512)


@pytest.fixture(scope="module")
def seen(trial: Trial, observe: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `observe_tensorflow.py` saw in that trial."""
    return observe("observe_tensorflow.py", trial)


def test_threads_are_what_was_asked_for(seen: dict[str, Any]) -> None:
    """Each pool of threads has the trial's number, instead of one thread per core of the machine."""
    assert (seen["intra"], seen["inter"], seen["arrow"]) == (CORES, CORES, CORES)


def test_the_same_seed_gives_the_same_scores(seen: dict[str, Any]) -> None:
    """Two runs with one seed score alike, but for the order in which threads add up."""
    assert seen["difference"] < 1e-3


def test_the_seed_alone_decides_the_initial_weights(seen: dict[str, Any]) -> None:
    """The same seed gives the same weights whatever was drawn before, another seed others."""
    same, again, other = seen["first_weights"]
    assert same == again != other


def test_a_saved_model_takes_raw_features(seen: dict[str, Any]) -> None:
    """A saved model standardises by itself, so that it scores raw features as the strategy did."""
    assert seen["saved_difference"] < 1e-6


def test_an_epoch_is_whole_batches_of_different_rows(seen: dict[str, Any], trial: Trial) -> None:
    """Each epoch has whole batches only and no row twice, an order of its own, and leaves out different rows."""
    batches, steps = seen["batches"], seen["steps"]
    assert len(batches) == trial.epochs * steps == 4
    assert {len(batch) for batch in batches} == {trial.batch_size}
    first, second = ([row for batch in part for row in batch] for part in (batches[:steps], batches[steps:]))
    assert len(set(first)) == len(set(second)) == 2 * trial.batch_size
    assert first != second
    assert set(first) != set(second)


def test_features_and_labels_stay_together(seen: dict[str, Any]) -> None:
    """Shuffled or not, each row keeps its own label."""
    assert seen["rows_with_another_label"] == 0
