"""Pipelines are put together by their names, of any parts that fit."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from bench.pipelines import load, named
from bench.request import Request
from bench.runs.selection import select
from tests.conftest import Plugins

PIGEON = (
    "@hookimpl\ndef bench_strategy():\n    return Strategy(family='handoff', needs=('pigeons',), tasks=('handoff',))\n"
)


def test_facts_of_all_parts_are_those_of_the_pipeline() -> None:
    """It needs what its parts need, and is of the trainer's family."""
    facts = load("duckdb+lightgbm").strategy
    assert (facts.family, facts.tasks) == ("gbt", ("pipeline",))
    assert {"duckdb", "lightgbm", "pyarrow"} <= set(facts.needs)
    assert facts.install == "tf-spark-bench[engines,lightgbm]"
    assert load("spark+parquet_files+horovod").strategy.distributed


def test_what_is_listed_can_be_loaded() -> None:
    """Each pipeline that runs by default fits together, and one that is named in full is added."""
    listed = named(["pandas+sklearn_histgbt", "spark*"])
    assert "pandas+sklearn_histgbt" in listed
    assert "spark*" not in listed
    for name in listed:
        assert load(name).tasks == ("pipeline",)


def test_some_run_on_many_rows_only_where_they_are_named() -> None:
    """By default a run ends in time; `--strategy` runs all that it names, on any number of rows."""
    lengthy = "spark+parquet_files+horovod"
    asked = select(Request(task="pipeline"))
    assert lengthy in asked.on(300_000).plugins
    found = asked.on(3_000_000)
    assert lengthy not in found.plugins
    assert found.left_out[lengthy] == "it takes minutes on more than 1,000,000 rows"
    assert "spark+parquet_files+tensorflow" in found.plugins
    assert lengthy in select(Request(task="pipeline", strategies=("*",))).on(3_000_000).plugins


@pytest.mark.parametrize(
    ("names", "task", "expected"),
    [
        (("duckdb+lightgbm",), "train", "flights-raw"),
        (("duckdb+lightgbm", "xgboost"), "train", ""),
        (("xgboost",), "train", ""),
        ((), "pipeline", "flights-raw"),
    ],
)
def test_a_named_pipeline_needs_no_task_beside_it(names: tuple[str, ...], task: str, expected: str) -> None:
    """The dataset where none is named has raw tables, unless others take part that want rows."""
    assert select(Request(strategies=names, task=task, other_tasks=True)).default_data(task) == expected


def test_a_strategy_that_hands_rows_over_is_a_hand_off(installed: Plugins) -> None:
    """One entry point makes it a case of the task ``handoff`` and a part of pipelines."""
    installed.add("by_pigeon", "@hookimpl\ndef bench_handoff(trial, session):\n    return None\n", PIGEON)
    facts = load("spark+by_pigeon+lightgbm").strategy
    assert {"pigeons", "pyspark", "lightgbm"} <= set(facts.needs)
    with pytest.raises(UsageError, match="by_pigeon does not hand over from spark to horovod"):
        load("spark+by_pigeon+horovod")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("spark+lightgbm", "name one of parquet_files, to_arrow between them"),
        ("duckdb+to_arrow+lightgbm", "to_arrow does not hand over from duckdb to lightgbm"),
        (
            "spark+barrier_arrow+lightgbm",
            "a trainer that barrier_arrow serves, such as lightgbm_spark or xgboost_barrier",
        ),
        ("duckdb+udf_pandas", "does not train and score"),
        ("oracle+lightgbm", "There is no engine 'oracle'"),
        ("duckdb+by_mail+lightgbm", "There is no hand-off 'by_mail'"),
        ("spark+pipe_only+lightgbm", "There is no hand-off 'pipe_only'"),
        ("a+b+c+d", "too many parts"),
    ],
)
def test_parts_that_do_not_fit_are_refused(name: str, sentence: str) -> None:
    """The sentence says which hand-offs would fit."""
    with pytest.raises(UsageError, match=sentence):
        load(name)
