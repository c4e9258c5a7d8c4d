"""The rows that the contract has every strategy learn by their weights: whoever ignores these learns something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

from bench import Dataset, rows
from bench.problems import PROBLEMS
from bench.testing.kinds import LAWS, make_weighted_dataset

FOREST = {"n_estimators": 5, "max_depth": 4, "random_state": 0}
BOOSTED = {"max_iter": 5, "max_depth": 4, "learning_rate": 0.2}
NETWORK = {"hidden_layer_sizes": (16,), "max_iter": 8, "batch_size": 256, "random_state": 0, "learning_rate_init": 5e-3}
FAMILIES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "linear": (LogisticRegression, LinearRegression),
    "mlp": (lambda: MLPClassifier(**NETWORK), lambda: MLPRegressor(**NETWORK)),
    "gbt": (lambda: HistGradientBoostingClassifier(**BOOSTED), lambda: HistGradientBoostingRegressor(**BOOSTED)),
    "forest": (lambda: RandomForestClassifier(**FOREST), lambda: RandomForestRegressor(**FOREST)),
}


@pytest.fixture(scope="module", params=LAWS)
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Rows of a kind of problem."""
    return make_weighted_dataset(tmp_path_factory.mktemp("data"), request.param)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("family", FAMILIES)
def test_only_the_weights_tell(dataset: Dataset, family: str) -> None:
    """A plain model of each family is good enough with the weights, and a twin that ignores them is not."""
    problem, law = PROBLEMS[dataset.problem], LAWS[dataset.problem]
    features, labels, weights = rows.open(dataset, "train").matrix(1)
    tested, truth, _ = rows.open(dataset, "test").matrix(1)
    # In units of its own a network of scikit-learn would not learn a number; ours do that for themselves.
    centre, scale = (0.0, 1.0) if dataset.classes else (dataset.label_mean, dataset.label_std)
    first = problem.metrics[0]
    for given, enough in ((weights, True), (None, False)):
        model = FAMILIES[family][not dataset.classes]().fit(features, (labels - centre) / scale, sample_weight=given)
        if dataset.classes:
            found = model.predict_proba(tested)
            found = found if problem.width(dataset) else found[:, 1]
        else:
            found = centre + scale * model.predict(tested)
        grade = problem.grade(truth, {"score": np.asarray(found, np.float32)})[first.name]
        assert first.reaches(grade, law.enough) == enough, grade
