"""The tests that every strategy passes."""

from bench.testing import StrategyContract


class TestSgd(StrategyContract):
    strategy = "sgd"
