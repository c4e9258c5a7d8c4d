"""Inertia per row is what scikit-learn computes, and centres that cannot be an answer are invalid."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.model import Dataset, Trial
from bench.problems.base import InvalidAnswerError
from bench.problems.clusters import CLUSTERS, standardised
from bench.request import Request
from bench.runs import plan
from bench.testing.support import make_tiny_dataset

CLUSTERS_WANTED, FEATURES = 3, 2
TRAIN = np.random.default_rng(0).normal([5.0, -100.0], [1.0, 30.0], (900, FEATURES)).astype(np.float32)
TEST = np.random.default_rng(1).normal([5.0, -100.0], [1.0, 30.0], (100, FEATURES)).astype(np.float32)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A cluster trial on two features of different units."""
    from bench import plugins

    tiny = make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
    means, stds = TRAIN.mean(axis=0).tolist(), TRAIN.std(axis=0).tolist()
    two = replace(tiny, features=("a", "b"), means=tuple(means), stds=tuple(stds), train_rows=900, test_rows=100)
    request = Request(task="cluster", clusters=CLUSTERS_WANTED)
    return plan.make(request, {"null": plugins.load("null").strategy}, two)[0].trial


def rows(split: str) -> Any:
    """Yield the rows of a split in two batches."""
    yield from np.array_split({"train": TRAIN, "test": TEST}[split], 2)


def graded(trial: Trial, model: Any, begun: Any = None) -> float:
    """Return the grade of centres."""
    begun = CLUSTERS.begin(trial, TRAIN) if begun is None else begun
    return CLUSTERS.grade(trial, begun, np.asarray(model), rows)["inertia"]


@given(seed=st.integers(0, 2**31), scale=st.floats(1e-3, 3.0))
@settings(max_examples=50, deadline=None)
def test_it_is_the_mean_squared_distance_from_the_nearest(trial: Trial, seed: int, scale: float) -> None:
    """On rows of both splits, in standard deviations, it equals scikit-learn's inertia divided by the rows."""
    from sklearn.metrics import pairwise_distances

    centres = np.random.default_rng(seed).normal(0, scale, (CLUSTERS_WANTED, FEATURES))
    points = standardised(np.concatenate([TRAIN, TEST]), trial.dataset)
    expected = (pairwise_distances(points, centres).min(axis=1) ** 2).mean()
    far = np.full((CLUSTERS_WANTED, FEATURES), 1e3)  # whatever came is nearer
    assert graded(trial, centres, far) == pytest.approx(expected, rel=1e-9)


def test_everybody_begins_with_the_same_rows(trial: Trial) -> None:
    """The initial centres are rows that lie apart, and depend on the seed."""
    begun = CLUSTERS.begin(trial, TRAIN)
    assert begun.dtype == np.float32
    assert np.array_equal(begun, CLUSTERS.begin(trial, TRAIN))
    assert not np.array_equal(begun, CLUSTERS.begin(replace(trial, seed=1), TRAIN))
    points = standardised(TRAIN, trial.dataset).astype(np.float32)
    assert all((points == centre).all(axis=1).any() for centre in begun)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda begun: begun, "those that it began with: nothing was learned"),
        (lambda begun: begun[:2], r"have the shape \(2, 2\), and 3 of 2 features were asked for"),
        (lambda begun: begun.T, r"have the shape \(2, 3\)"),
        (lambda begun: begun * np.nan, "NaN or infinite"),
        (lambda begun: begun + 9, "an inertia per row of .* on the rows that it learned from is above"),
    ],
)
def test_what_is_no_answer_is_invalid(trial: Trial, wrong: Any, sentence: str) -> None:
    """Centres of another shape, no numbers, those of the beginning, and worse ones are refused with the reason."""
    begun = CLUSTERS.begin(trial, TRAIN)
    with pytest.raises(InvalidAnswerError, match=sentence):
        graded(trial, wrong(begun), begun)


def test_rows_that_are_their_centres_are_no_failure(trial: Trial) -> None:
    """Where as many different rows as clusters are all that there is, the best centres are those of the beginning."""
    few = np.repeat(TRAIN[:CLUSTERS_WANTED], 5, axis=0)
    begun = standardised(TRAIN[:CLUSTERS_WANTED], trial.dataset)
    grades = CLUSTERS.grade(trial, begun, begun, lambda _: iter([few]))
    assert grades["inertia"] == pytest.approx(0, abs=1e-9)


def test_a_share_is_what_may_be_worse() -> None:
    """Its tolerance is 0.1 % of the baseline's, whatever the number of features makes of it."""
    (metric,) = CLUSTERS.metrics
    assert metric.allowance(20.0) == pytest.approx(0.02)
    assert metric.good_enough(20.0) == pytest.approx(20.2)
    assert metric.shown(16.5034321) == "16.503"


def test_its_name_is_no_problem_of_a_label(tiny: Dataset) -> None:
    """It is no kind of problem that a dataset could have: labels play no part in it."""
    from bench.problems import PROBLEMS

    assert CLUSTERS.name not in PROBLEMS
    assert tiny.problem in PROBLEMS
