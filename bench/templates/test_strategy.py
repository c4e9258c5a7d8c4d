"""Tests that NAME keeps the contract: every test is inherited, and runs the real thing on a small dataset."""

from pathlib import Path

from bench.testing import StrategyContract


class TestStrategy(StrategyContract):
    strategy = "NAME"
    # Where the strategy lies, for as long as no installed package has an entry point for it.
    source = Path(__file__).with_name("NAME.py")
