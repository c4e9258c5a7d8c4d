"""The contract's tests of stated terms let honest ones pass and catch each kind of broken one."""

from __future__ import annotations

from functools import partial

import pytest

from bench.testing.scaling import ScalingContract
from tests.conftest import Plugins

TERMS = "\n@hookimpl\ndef bench_scaling(at):\n    from bench import scaling\n    return {}\n"
FACTS = (
    "@hookimpl\ndef bench_strategy():\n    return Strategy(family='gbt', distributed=True)\n"
    "@hookimpl\ndef bench_train():\n    pass\n"
)
RECORD = {"inner": {"load": [1.0], "train": [2.0]}}
HONEST = (
    '{"load": scaling.linear(at), "train": {**scaling.linear(at), **scaling.tree(at.workers)}, '
    'scaling.LIMITS: {"rows in 31 bits": at.rows / 2**31, "rows in 32 bits": at.rows / 2**32}}'
)
BROKEN = {
    "negative": ('{"train": {"fixed": -1}}', "amounts"),
    "endless": ('{"train": {"fixed": float("inf")}}', "amounts"),
    "falling": ('{"train": {"rows": 1 / at.rows}}', "amounts"),
    "moody": ('{"train": {"fixed": __import__("time").perf_counter()}}', "amounts"),
    "alike": ('{"train": {"rows": at.rows, "twice": 2 * at.rows}}', "told_apart"),
    "coming and going": ('{"train": {"few" if at.rows < 5e5 else "many": 1}}', "told_apart"),
    "still": ("{scaling.REST: {'fixed': 1}}", "grows"),
    "a ceiling that rises": ('scaling.limit("rows", 1e6, at.rows)', "amounts"),
    "misspelt": ('{"trian": scaling.linear(at)}', "own_phases"),
}


CHECKS = ("amounts", "told_apart", "grows", "own_phases")


def check(installed: Plugins, terms: str, word: str) -> None:
    """Run the test with a word in its name for a strategy that states such terms."""
    installed.add("scaled", TERMS.format(terms), facts=FACTS)
    contract = ScalingContract()
    contract.strategy = "scaled"
    {
        "amounts": contract.test_its_terms_are_amounts,
        "told_apart": contract.test_its_terms_can_be_told_apart,
        "grows": contract.test_something_grows_with_the_rows,
        "own_phases": partial(contract.test_its_terms_are_of_its_own_phases, RECORD),
    }[word]()


@pytest.mark.parametrize("word", CHECKS)
def test_honest_terms_pass(installed: Plugins, word: str) -> None:
    """Terms of its own phases, a few of them, pass each test."""
    check(installed, HONEST, word)


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_terms_are_caught(installed: Plugins, fault: str) -> None:
    """Each fault fails its own test."""
    terms, word = BROKEN[fault]
    with pytest.raises(AssertionError):
        check(installed, terms, word)


def test_a_strategy_that_states_nothing_skips(installed: Plugins) -> None:
    """The hook is optional."""
    installed.add("silent", "@hookimpl\ndef bench_train():\n    pass\n")
    contract = ScalingContract()
    contract.strategy = "silent"
    with pytest.raises(pytest.skip.Exception):
        contract.test_its_terms_are_amounts()
