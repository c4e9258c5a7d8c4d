"""Floors of the kinds with several classes and with numbers let correct trees pass, and no broken twin of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xgboost

from bench import rows
from bench.datasets import ensure
from bench.datasets.makers.synthetic import make_synthetic
from bench.families import FAMILIES
from bench.model import Dataset
from bench.problems import problem_of

OBJECTIVES = {"multiclass": "multi:softprob", "regression": "reg:squarederror"}
MADE: dict[str, Callable[[], Dataset]] = {
    "flights-class": lambda: ensure("flights-class"),
    "flights-delay": lambda: ensure("flights-delay"),
    "3 classes": lambda: make_synthetic(200_000, kind="multiclass", classes=3).dataset,
    "numbers": lambda: make_synthetic(200_000, kind="regression").dataset,
}


# Numbers are the quickest of them.
@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=() if name == "numbers" else pytest.mark.slow) for name in MADE]
)
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A dataset with floors, of another kind than two classes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("home")))
        return MADE[request.param]()


def grade(dataset: Dataset, features: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> float:
    """Return the first grade of trees with the family's default settings that were grown on these rows."""
    defaults = {setting.name: setting.default for setting in FAMILIES["gbt"].settings}
    settings = {
        "objective": OBJECTIVES[dataset.problem],
        "max_depth": defaults["depth"],
        "max_bin": defaults["bins"],
        "learning_rate": FAMILIES["gbt"].learning_rate,
        "nthread": 2,
    } | ({"num_class": len(dataset.classes)} if dataset.classes else {})
    data = xgboost.QuantileDMatrix(features, labels, max_bin=defaults["bins"])
    trees = xgboost.train(settings, data, num_boost_round=defaults["trees"])
    tested, truth, _ = rows.open(dataset, "test").matrix(2)
    problem = problem_of(dataset)
    return problem.grade(truth, {"score": trees.inplace_predict(tested)})[problem.metrics[0].name]


def test_the_floor_parts_correct_trees_from_broken_ones(dataset: Dataset) -> None:
    """All rows reach it; one of 64 row groups, and labels that were shuffled, do not."""
    train = rows.open(dataset, "train")
    features, labels, _ = train.matrix(2)
    few, their_labels, _ = train.only(train.groups[:1]).matrix(2)
    shuffled = np.random.default_rng(0).permutation(labels)
    metric, floor = problem_of(dataset).metrics[0], dataset.floors["gbt"]
    assert metric.reaches(grade(dataset, features, labels), floor)
    assert not metric.reaches(grade(dataset, few, their_labels), floor)
    assert not metric.reaches(grade(dataset, features, shuffled), floor)
