"""What strategies state of their times gets into the forecast."""

from __future__ import annotations

import pytest

from bench.advise.advice import SizeQuestion, advise
from bench.advise.caveats import errors
from bench.advise.stated import ask_strategies
from bench.errors import PluginError
from bench.records.directory import Run
from bench.scaling import MEMORY, Scale
from tests.advise.measured import SIZES
from tests.conftest import Plugins
from tests.report.made import MadeCase, make_run

SOURCE = """
@hookimpl
def bench_train():
    pass

@hookimpl
def bench_scaling(at):
    from bench import scaling
    return {{**scaling.fixed("rendezvous"), scaling.MEMORY: {{"rows": at.rows}}}} if {honest} else ["rendezvous"]
"""


def waiting(rows: int) -> Run:
    """A run of a strategy that waits for its ranks, now and then for long."""
    wait = 3.0 if rows in SIZES[::2] else 0.1
    work = 1 + 1e-5 * rows
    case = MadeCase([wait + work], family="gbt", inner={"rendezvous": [wait], "train": [work]})
    return make_run([("waiter", case)], name=f"run-{rows}", dataset=f"table-{rows}", rows=rows, repeats=1)


def test_a_stated_phase_is_fitted_by_itself(installed: Plugins) -> None:
    """Waiting is fixed, so that the work is found as it is; without the terms the waits pull at the cost of a row."""
    installed.add("waiter", SOURCE.format(honest=True))
    stated = ask_strategies(["waiter", "nobody-has-this"])
    assert stated.keys() == {"waiter"}
    runs = [waiting(rows) for rows in SIZES]
    truth = 1 + 1e-5 * 5e6 + 1.7
    told, untold = (advise(runs, SizeQuestion(5e6), terms).field.prospects[0].time for terms in (stated, {}))
    assert told
    assert untold
    assert told.estimate == pytest.approx(truth, rel=0.03)
    assert abs(told.estimate - truth) < abs(untold.estimate - truth)


def test_terms_that_mislead_are_told(installed: Plugins) -> None:
    """Work that grows with the rows and is stated as fixed is forecast worse than by the usual terms, which is said."""
    installed.add("waiter", SOURCE.format(honest=True).replace('"rendezvous"', '"train"'))
    runs = [waiting(rows) for rows in SIZES]
    told = [errors(advise(runs, SizeQuestion(5e6), terms)) for terms in (ask_strategies(["waiter"]), {})]
    found = [[line for line in lines if line.startswith("The terms that waiter states")] for lines in told]
    assert [len(lines) for lines in found] == [1, 0]
    assert found[0][0].endswith("they may be wrong.")


def test_memory_has_terms_of_its_own(installed: Plugins) -> None:
    """They are no phase, and stand for the whole of the memory."""
    installed.add("waiter", SOURCE.format(honest=True))
    terms = ask_strategies(["waiter"])["waiter"]
    assert MEMORY not in terms.time(Scale(10, 1))
    assert list(terms.memory(Scale(10, 1)).values()) == [{"rows": 10}]


def test_terms_that_are_none_break_the_contract(installed: Plugins) -> None:
    """The sentence names the strategy and the hook."""
    installed.add("liar", SOURCE.format(honest=False))
    with pytest.raises(PluginError, match=r"'liar': bench_scaling must return a dict of terms for each phase"):
        ask_strategies(["liar"])["liar"].time(Scale(10, 1))
