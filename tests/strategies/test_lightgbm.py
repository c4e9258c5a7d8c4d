"""LightGBM in one process keeps the contract and does XGBoost's work."""

from pathlib import Path
from typing import Any

import pytest

from bench import Dataset
from bench.testing import StrategyContract
from bench.testing.support import run_trial


class TestLightGBM(StrategyContract):
    strategy = "lightgbm"

    def test_its_trees_are_as_good_as_xgboosts(self, record: dict[str, Any], dataset: Dataset, tmp_path: Path) -> None:
        """With its settings aligned, its AUC lies within 0.01 of XGBoost's."""
        other = run_trial("xgboost", dataset, tmp_path)
        assert record["quality"]["auc"] == pytest.approx(other["quality"]["auc"], abs=0.01)
