"""Every built-in strategy keeps the contract, in real trials with the real frameworks."""

from bench.testing import StrategyContract


class TestTensorflow(StrategyContract):
    strategy = "tensorflow"


class TestMllibLinear(StrategyContract):
    strategy = "mllib_linear"


class TestMllibGbt(StrategyContract):
    strategy = "mllib_gbt"


class TestXgboost(StrategyContract):
    strategy = "xgboost"


class TestXgboostSpark(StrategyContract):
    strategy = "xgboost_spark"
