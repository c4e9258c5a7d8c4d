"""Every engine comes to the same feature table, to the bit; each classic fault is found, and its column named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import Dataset, Trial
from bench.datasets.format.digests import difference
from bench.datasets.makers.flights_raw import make_flights_raw
from bench.pipelines import ENGINES, Definition, load
from bench.pipelines.check import digests_of
from bench.request import Request
from bench.runs import plan
from bench.trial import runner
from strategies.pipeline.features import flights

ONE_MACHINE = ("duckdb", "polars", "pandas")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Some thousand flights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("raw")))
        return make_flights_raw(sample=4000).dataset


@pytest.fixture
def trial(raw: Dataset, tmp_path: Path) -> Trial:
    """A trial of a pipeline."""
    request = Request(task="pipeline", cores=1, trees=5)
    planned = plan.make(request, {"duckdb+lightgbm": load("duckdb+lightgbm").strategy}, raw)[0]
    return runner.with_scratch(planned, tmp_path).trial


@pytest.fixture
def fault(trial: Trial) -> Callable[..., str | None]:
    """Run an engine on a definition, and say how its table differs from the one that it should be."""

    def run(engine: str, definition: Definition) -> str | None:
        chosen = ENGINES[engine]
        session = chosen.start(trial)
        try:
            found = digests_of(trial.dataset, chosen.features(trial, session, definition))
        finally:
            chosen.stop(trial, session)
        return difference(found, trial.dataset.raw["digests"])

    return run


@pytest.mark.parametrize("engine", ONE_MACHINE)
def test_engines_come_to_the_same_table(engine: str, fault: Callable[..., str | None]) -> None:
    """The table of each is the reference's, to the bit."""
    pytest.importorskip(engine)
    assert fault(engine, Definition("flights", flights)) is None


def planted(**wrong: Any) -> Definition:
    """Return a definition with a fault."""
    return Definition("wrong", SimpleNamespace(**{"SQL": flights.SQL, **wrong}))


def test_a_join_that_doubles_rows_is_found(fault: Callable[..., str | None]) -> None:
    """A key that is not unique on the other side gives rows twice."""
    pytest.importorskip("duckdb")
    doubled = flights.SQL.replace("left join planes p", "left join (select * from planes union all from planes) p")
    assert doubled != flights.SQL
    assert "rows too many: a join doubles rows" in (fault("duckdb", planted(SQL=doubled)) or "")


def test_another_number_of_a_weekday_is_found(fault: Callable[..., str | None]) -> None:
    """DuckDB's ``dow`` begins with Sunday at 0, Spark's at 1, and the table's week begins on Monday at 0."""
    pytest.importorskip("duckdb")
    sunday = flights.SQL.replace(
        "(extract(dow from date) - extract(dow from date '2013-01-07') + 7) % 7", "dayofweek(date)"
    )
    assert sunday != flights.SQL
    assert fault("duckdb", planted(SQL=sunday)) == "has other values in weekday"


def test_another_time_zone_is_found(fault: Callable[..., str | None]) -> None:
    """An hour in the zone of whoever runs the engine is another hour."""
    pytest.importorskip("polars")

    def local(tables: dict[str, Any]) -> Any:
        import polars as pl

        here = pl.col("time_hour").dt.convert_time_zone("America/New_York").dt.replace_time_zone("UTC")
        shifted = {name: table.with_columns(here) for name, table in tables.items() if name != "planes"}
        return flights.polars({**tables, **shifted})

    assert fault("polars", planted(polars=local)) == "has other values in utc_hour"


def test_another_time_zone_of_a_session_is_found(fault: Callable[..., str | None]) -> None:
    """SQL gives hours in the time zone of its session, which is UTC unless a definition says otherwise."""
    pytest.importorskip("duckdb")

    def local(connection: Any) -> Any:
        connection.execute("set TimeZone = 'America/New_York'")
        return connection.sql(flights.SQL)

    assert fault("duckdb", planted(duckdb=local)) == "has other values in utc_hour"


def test_other_days_for_testing_are_found(fault: Callable[..., str | None]) -> None:
    """A row in the other split is no row too many."""
    pytest.importorskip("duckdb")
    other = flights.SQL.replace("% 5 = 0 as test", "% 5 = 1 as test")
    assert "in the split" in (fault("duckdb", planted(SQL=other)) or "")
