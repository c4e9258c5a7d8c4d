"""What built-in strategies state of their times: all whose work more workers do not simply divide, and truly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import plugins, scaling
from bench.advise.stated import ask_strategies
from bench.families import family_of, settings
from bench.scaling import Scale
from bench.testing.scaling import ScalingContract

PLAIN = {
    "barrier_arrow": "each rank takes its rows out of the tasks that have them",
    "flight": "tasks push rows into all trainers at once",
}
STATED = [name for name in plugins.names() if plugins.load(name).has("bench_scaling")]
SETTINGS = {name: setting.default for name, setting in settings().items()}
AT = Scale(1e6, 10, workers=4, cores=4, settings=SETTINGS)


def test_who_is_distributed_states_its_terms() -> None:
    """A strategy that workers share says which phases they do not, and which messages they send.

    But for those that only score: they are judged by a rate, of which no phase is told apart.
    """
    silent = []
    for name in sorted({*plugins.names()} - {*STATED}):
        found = plugins.load(name)
        family = family_of(found.strategy.family)
        if found.strategy.distributed and family.works and not family.floor and tuple(found.tasks) != ("predict",):
            silent.append(name)
    assert silent == sorted(PLAIN)


@pytest.mark.parametrize("name", STATED)
def test_stated_terms_are_amounts_that_can_be_told_apart(name: str) -> None:
    """The contract's tests that run no trial."""
    contract = ScalingContract()
    contract.strategy = name
    contract.test_its_terms_are_amounts()
    contract.test_its_terms_can_be_told_apart()
    contract.test_something_grows_with_the_rows()


def test_a_pipeline_states_what_its_trainers_do_not_share() -> None:
    """An engine of one process is none that more trainers make faster, and who writes is one process, too."""
    names = ("pandas+lightgbm", "spark+barrier_arrow+lightgbm_spark", "nothing+lightgbm", "pandas+nobody", "pandas")
    stated = ask_strategies(names)
    assert sorted(stated) == ["pandas+lightgbm", "spark+barrier_arrow+lightgbm_spark"]
    alone, shared = (stated[name].time(AT) for name in sorted(stated))
    assert list(alone) == list(shared) == ["etl", "handoff", "train", "write"]
    undivided = {"fixed": 1.0, "values of all": 1e7}
    assert alone["etl"] == alone["handoff"] == alone["write"] == shared["write"] == undivided
    assert alone["train"] == scaling.linear(AT)
    assert {"values of a core", "values shuffled"} < shared["etl"].keys() == shared["handoff"].keys()
    assert {"values of a core", "ring messages", "values sent"} < shared["train"].keys()


@pytest.mark.parametrize(
    ("name", "rows", "ceiling"),
    [
        ("lightgbm", 2**31, "LightGBM's count of rows in 32 bits"),
        ("lightgbm_spark", 2**31, "LightGBM's count of rows in 32 bits"),
        ("pandas+lightgbm", 2**31, "LightGBM's count of rows in 32 bits"),
        ("sklearn_histgbt", 2**32 + 1, "scikit-learn's count of rows in 32 bits"),
        ("sklearn_kmeans", 2**31, "scikit-learn's count of rows in 32 bits"),
        ("to_arrow", 9e6, "spark.driver.maxResultSize (1g)"),
        ("to_pandas", 9e6, "spark.driver.maxResultSize (1g)"),
        ("collect_rows", 4.2e6, "spark.driver.maxResultSize (1g)"),
        ("spark+to_arrow+xgboost", 9e6, "spark.driver.maxResultSize (1g)"),
        ("spark+to_pandas+xgboost", 9e6, "spark.driver.maxResultSize (1g)"),
    ],
)
def test_a_ceiling_is_stated(name: str, rows: float, ceiling: str) -> None:
    """So many rows of 28 features are too many, a tenth less are not, and neither are more where a setting says so."""
    limits = ask_strategies([name])[name].limits
    at = Scale(rows, 28, settings=SETTINGS)
    assert limits(at) == {ceiling: pytest.approx(1.0, abs=0.1)}
    assert limits(at)[ceiling] > 1
    assert limits(replace(at, rows=0.9 * rows))[ceiling] < 1
    raised, endless = (replace(at, spark_conf={"spark.driver.maxResultSize": value}) for value in ("8g", "0"))
    if "spark." in ceiling:
        assert limits(raised) == {"spark.driver.maxResultSize (8g)": limits(at)[ceiling] / 8}
        assert limits(endless) == {}
    else:
        assert limits(raised) == limits(endless) == limits(at)
