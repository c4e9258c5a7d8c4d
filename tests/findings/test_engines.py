"""Spark against one machine: by CPU time, by rows, and by memory."""

from __future__ import annotations

import csv
import io
import json

from rich.console import Console

from bench.records.directory import Run
from bench.report.engines import ENGINES, against_one_machine, engine_costs
from bench.report.exports import pytest_benchmark, table
from bench.report.html import render as html
from bench.report.markdown import render as markdown
from bench.report.page import page
from bench.report.plain import render as plain
from bench.report.text import print_run
from tests.report.made import MadeCase, make_run


def pipelines(rows: int, spark_s: float, one_s: float) -> Run:
    """Return a run of one pipeline on Spark and one on one machine."""
    made = [("spark+mllib_gbt", MadeCase(spark_s)), ("duckdb+lightgbm", MadeCase(one_s))]
    run = make_run(made, rows=rows, dataset=f"raw-{rows}", name=f"20261124T000000Z-{rows:04}")
    for record in run.records:
        record["trial"]["task"] = "pipeline"
        seconds = record["phases"]["pipeline"] = record["phases"].pop("train")
        record |= {"time_to_model_s": 0.75 * seconds, "time_to_predictions_s": seconds}
        record["notes"]["one_machine"] = record["trial"]["strategy"].startswith("duckdb")
        record["slowest"] = {"etl": seconds / 2}
    return run


def test_the_section_is_there_where_both_ran() -> None:
    """Its figures are those of the pipeline that takes the least CPU; memory is a share of the machine's."""
    (panel,) = page([pipelines(1000, 40.0, 4.0)]).panels
    assert panel.engines is not None
    sentences = against_one_machine(panel.engines)
    assert sentences[0].startswith("1,000 rows, gbt: Spark takes ")
    assert "times the CPU time of one machine (spark+mllib_gbt against duckdb+lightgbm)" in sentences[0]
    assert "one size" in sentences[-1]
    spark, one = engine_costs(panel.engines)
    assert [cost["pipeline of the least CPU"] for cost in (spark, one)] == ["spark+mllib_gbt", "duckdb+lightgbm"]
    assert [cost["on"] for cost in (spark, one)] == ["Spark", "one machine"]
    assert one["of the machine's"].endswith("%")
    for text in (plain(page([pipelines(1000, 40.0, 4.0)])), markdown(page([pipelines(1000, 40.0, 4.0)]))):
        assert ENGINES in text


def test_the_time_to_a_model_is_beside_the_headline() -> None:
    """In the answer, in every table and in what others read; a task that ends in a model has no such column."""
    run, trained = pipelines(1000, 40.0, 4.0), make_run([("xgboost", MadeCase(1.0))])
    for record in run.records:
        if record["trial"]["strategy"] == "duckdb+lightgbm":
            record |= {"time_to_model_s": 3.0, "time_to_predictions_s": 4.0}
    found = page([run])
    assert "s from raw tables to predictions (3.00 s to a model) with " in found.views[0].answers[0].headline
    for text in (plain(found), markdown(found), html(found)):
        assert "time to a model" in text
        assert "raw to model" in text
    assert "time_to_model_s" not in {column.name for column in page([trained]).columns}
    terminal = io.StringIO()
    print_run(run, Console(file=terminal, width=250))
    assert "model, s" in terminal.getvalue()
    rows = list(csv.DictReader(io.StringIO(table.as_csv([run]))))
    assert {(row["time_to_model_s"], row["time_to_predictions_s"]) for row in rows} >= {("3.0", "4.0")}
    extra = [one["extra_info"] for one in json.loads(pytest_benchmark.as_json([run]))["benchmarks"]]
    assert 3.0 in [one["time_to_model_s"] for one in extra]


def test_a_crossover_is_told_or_that_there_is_none() -> None:
    """From where Spark is faster, by the rows of several runs; not beyond them."""
    (panel,) = page([pipelines(1000, 40.0, 4.0), pipelines(100_000, 60.0, 400.0)]).panels
    assert panel.engines is not None
    assert any("Spark is faster than one machine from" in sentence for sentence in against_one_machine(panel.engines))
    (panel,) = page([pipelines(1000, 40.0, 4.0), pipelines(100_000, 60.0, 40.0)]).panels
    assert panel.engines is not None
    assert any("no crossover" in sentence for sentence in against_one_machine(panel.engines))
    (panel,) = page([pipelines(1000, 2.0, 4.0), pipelines(100_000, 60.0, 400.0)]).panels
    assert panel.engines is not None
    assert any("on the fewest rows already" in sentence for sentence in against_one_machine(panel.engines))


def test_nothing_is_said_where_one_side_is_missing() -> None:
    """One machine alone, or another task, has no such section."""
    (panel,) = page([make_run([("xgboost", MadeCase(1.0))])]).panels
    assert panel.engines is None
