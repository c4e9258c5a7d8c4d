"""MLlib's multilayer perceptron."""

from bench.testing import StrategyContract


class TestMllibMlp(StrategyContract):
    strategy = "mllib_mlp"
