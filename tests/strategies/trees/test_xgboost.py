"""XGBoost in one process: its settings arrive, and its answer can be repeated."""

import json
from collections.abc import Callable

import numpy as np
import pyarrow.parquet as pq
import xgboost as xgb

from bench import Trial
from strategies.trees import xgboost


def _trained(trial: Trial) -> xgb.Booster:
    return xgboost.bench_train(trial, xgboost.bench_setup(trial))


def test_settings_are_what_was_asked_for(trial_for: Callable[..., Trial]) -> None:
    """Threads, trees, depth, bins and rate are the trial's."""
    trial = trial_for("xgboost", cores=2, trees=3, depth=4, bins=32)
    learner = json.loads(_trained(trial).save_config())["learner"]
    assert learner["generic_param"]["nthread"] == "2"
    assert learner["gradient_booster"]["gbtree_model_param"]["num_trees"] == "3"
    tree = learner["gradient_booster"]["tree_train_param"]
    assert (tree["max_depth"], tree["max_bin"]) == ("4", "32")
    assert float(tree["learning_rate"]) == np.float32(trial.learning_rate)


def test_the_same_seed_gives_the_same_scores(trial_for: Callable[..., Trial]) -> None:
    """Two runs with one seed score every row alike, to the last bit."""
    scores = []
    for _ in range(2):
        trial = trial_for("xgboost")
        path = xgboost.bench_predict(trial, _trained(trial))
        scores.append(pq.read_table(path).to_pydict())
    assert scores[0] == scores[1]
