"""Every built-in strategy of one process, or of MLlib, keeps the contract, in real trials with the real frameworks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench import Dataset
from bench.testing import StrategyContract
from bench.testing.support import LITTLE_WORK
from tests.strategies.answers import AnswersTogether

pytestmark = pytest.mark.timeout(1800)  # one process has many of its trials


class TestTensorflow(AnswersTogether):
    strategy = "tensorflow"

    @pytest.fixture(scope="class")
    @classmethod
    def dataset(cls, dataset: Dataset) -> Dataset:
        """The dataset of all tests, with which its reference model is made once for all classes."""
        return dataset


@pytest.mark.slow
class TestMllibMlp(StrategyContract):  # with a JVM of its own
    strategy = "mllib_mlp"
    request = replace(LITTLE_WORK, epochs=10)  # of L-BFGS, whose first iterations say little

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _whole_jvm(cls) -> Iterator[None]:
        """Without its second compiler the JVM has no vector instructions, which multiply this one's matrices."""
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("JDK_JAVA_OPTIONS")
            yield


class TestMllibLinear(AnswersTogether):
    strategy = "mllib_linear"


class TestMllibGbt(AnswersTogether):
    strategy = "mllib_gbt"


class TestMllibRf(AnswersTogether):
    strategy = "mllib_rf"


class TestXgboost(AnswersTogether):
    strategy = "xgboost"


class AsXgboost(AnswersTogether):
    def test_its_trees_are_as_good_as_xgboosts(
        self, record: dict[str, Any], alone: Callable[..., dict[str, Any]]
    ) -> None:
        """With its settings aligned, its AUC lies within 0.01 of XGBoost's in memory."""
        assert record["quality"]["auc"] == pytest.approx(alone("xgboost", self.request)["quality"]["auc"], abs=0.01)


class TestXgboostExternal(AsXgboost):
    strategy = "xgboost_external"


class TestLightgbm(AsXgboost):
    strategy = "lightgbm"


class TestSklearnHistgbt(AsXgboost):
    strategy = "sklearn_histgbt"
