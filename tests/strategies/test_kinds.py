"""What answers a kind of problem wrongly, or ignores the weights of rows, is found out, whatever the grade."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.testing import StrategyContract
from bench.testing.kinds import make_weighted_dataset
from bench.testing.support import LITTLE_WORK, run_trial
from tests.conftest import Plugins

FACTS = """
@hookimpl
def bench_strategy():
    return Strategy(family='gbt', problems=('binary', 'multiclass', 'regression'), weights=True)
"""
TWIN = """
from bench import rows
from strategies.trees import xgboost
from strategies.trees.xgboost import bench_setup  # noqa

@hookimpl
def bench_train(trial, session):
    features, labels, weights = rows.open(trial.dataset, "train").matrix(1)
    return xgboost.fit(session, trial, features, labels, {weights})

@hookimpl
def bench_predict(trial, model):
    import numpy as np
    _, labels, _ = rows.open(trial.dataset, "test").matrix(1)
    return rows.write_scores(trial, lambda features: {answer})
"""
MISTAKES = {
    "a constant for classes": ("multiclass", "np.full((len(features), 3), 1 / 3)", "all scores are equal"),
    "a constant for a number": ("regression", "np.full(len(features), labels.mean())", "all scores are equal"),
    "rows that do not sum to 1": ("multiclass", "0.9 * model.inplace_predict(features)", "sum to 0.9"),
    "one number for classes": ("multiclass", "model.inplace_predict(features)[:, 0]", ""),
    "the label itself": ("regression", "labels", "the labels themselves"),
}
Twin = Callable[..., dict[str, Any]]


@pytest.fixture
def twin(installed: Plugins, tmp_path: Path) -> Twin:
    """Run a trial of a strategy that is `xgboost` with a change, on the dataset with weights of a kind."""

    def run(kind: str, answer: str = "model.inplace_predict(features)", weights: str = "weights") -> dict[str, Any]:
        installed.add("twin", TWIN.format(answer=answer, weights=weights), FACTS)
        return run_trial("twin", make_weighted_dataset(tmp_path / weights, kind), tmp_path, request=LITTLE_WORK)

    return run


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_answer_is_no_result(twin: Twin, mistake: str) -> None:
    """A constant, rows that do not sum to 1 and the labels themselves end without a time."""
    kind, answer, sentence = MISTAKES[mistake]
    record = twin(kind, answer)
    assert record["status"] in ("invalid", "failed"), record["quality"]
    assert sentence in record["reason"]
    assert record["time_to_model_s"] is None


@pytest.mark.parametrize("kind", ["multiclass", "regression", "binary"])
def test_a_strategy_that_ignores_weights_fails_the_contract(twin: Twin, kind: str) -> None:
    """Rows without a weight have labels that take back all that the others say."""
    StrategyContract().test_it_learns_each_kind_by_the_weights_of_rows(twin(kind), kind)
    with pytest.raises(AssertionError, match="'"):
        StrategyContract().test_it_learns_each_kind_by_the_weights_of_rows(twin(kind, weights="None"), kind)
