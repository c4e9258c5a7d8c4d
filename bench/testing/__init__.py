"""The tests that every strategy inherits, ours and other people's; needs pytest.

class TestMine(StrategyContract):
    strategy = "mine"
"""

import pytest

# Before the imports, so that a failed assertion shows its values.
pytest.register_assert_rewrite("bench.testing.clusters", "bench.testing.contract", "bench.testing.learning")

from bench.testing.contract import StrategyContract, tiny_dataset  # noqa: E402

__all__ = ["StrategyContract", "tiny_dataset"]
