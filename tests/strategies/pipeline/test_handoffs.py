"""Pipelines on Spark by every hand-off, with classic faults and by a store; all of it in one session of Spark."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset
from bench.datasets.remote import copy
from bench.datasets.store import open_manifest
from bench.pipelines import load
from bench.pipelines.making import make_from_raw
from bench.request import Request
from bench.runs import plan
from bench.trial import runner
from tests.objectstore import BUCKET, ObjectStore

pytestmark = pytest.mark.timeout(300)  # one session of Spark has all of it

ROWS = 1000
SQL = """
select o.id as row_id, o.id % 5 = 0 as test, cast(o.paid as float) as paid, cast(o.price as float) as price,
  cast(p.age as float) as age, cast(extract(hour from o.moment) as float) as hour,
  cast((extract(dow from o.day) - extract(dow from date '2013-01-07') + 7) % 7 as float) as weekday
from orders o join people p on o.person = p.person
where (select count(*) from orders) > 0
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Orders that are paid where the price is above 50, and who gave them."""
    pytest.importorskip("duckdb")
    tables = tmp_path_factory.mktemp("shop") / "tables"
    tables.mkdir()
    prices = [row * 7919 % 100 for row in range(ROWS)]
    orders = {
        "id": list(range(ROWS)),
        "person": [row % 7 for row in range(ROWS)],
        "price": prices,
        "paid": [int(price > 50) for price in prices],
        "day": [date(2013, 1, 7) + timedelta(row % 30) for row in range(ROWS)],
        "moment": [datetime(2013, 1, 7, tzinfo=UTC) + timedelta(hours=row % 50) for row in range(ROWS)],
    }
    pq.write_table(pa.table(orders), tables / "orders.parquet", row_group_size=300)
    pq.write_table(pa.table({"person": list(range(7)), "age": list(range(20, 27))}), tables / "people.parquet")
    definition = tables.parent / "my_features.py"
    definition.write_text(f'SQL = """{SQL}"""\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tables.parent / "data"))
        return make_from_raw(tables, definition, "paid", "duckdb", name="shop").dataset


@pytest.fixture(scope="module")
def seen(
    observe: Callable[..., dict[str, Any]],
    shop: Dataset,
    store: ObjectStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What `observe_pipelines.py` saw."""
    uri, name = f"s3://{BUCKET}/shop", "spark+to_arrow+sklearn_histgbt"
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in store.environ.items():
            patch.setenv(variable, value)
        copy(open_manifest(shop.path), uri, store.storage)
    planned = plan.make(Request(task="pipeline", cores=2, trees=5), {name: load(name).strategy}, shop)[0]
    trial = runner.with_scratch(planned, tmp_path_factory.mktemp("scratch")).trial
    return observe("observe_pipelines.py", trial, uri, **{**os.environ, **store.environ})


@pytest.mark.parametrize("way", ["to_arrow", "parquet_files", "to_pandas", "arrow_files", "collect_rows"])
def test_a_trainer_learns_from_what_is_handed_over(seen: dict[str, Any], shop: Dataset, way: str) -> None:
    """Features and labels of a row stay together: what is learned of them holds for every row to score."""
    found = seen["ways"][way]
    assert found["difference"] is None, found
    scores = dict(zip(found["row_id"], found["score"], strict=True))
    assert sorted(scores) == list(range(0, ROWS, 5))
    assert len(scores) == shop.test_rows
    assert all((score > 0.5) == (row * 7919 % 100 > 50) for row, score in scores.items())


def test_a_way_that_starts_trainers_of_its_own_is_skipped(seen: dict[str, Any]) -> None:
    """A pipeline has no use for them; the sentence names ways that do."""
    assert "flight gives rows to processes that it starts itself: take to_arrow" in seen["ways"]["flight"]["skip"]


def test_tables_come_out_of_a_store_once_and_files_go_into_it(seen: dict[str, Any], shop: Dataset) -> None:
    """However often a query names a table; tasks write the files of features, and the driver takes them away."""
    found = seen["store"]
    assert found["difference"] is None
    # Two tasks read a table, and each finds its footer in the last 64 kB, which is all of so small a file.
    assert 0 < found["read"] < 3.5 * sum(shop.raw["bytes"].values())
    assert {path.partition("/")[0] for path in found["files"]} == {"split=train", "split=test"}
    assert found["same"]
    assert not found["left"]


def test_rows_in_spark_are_scored_there(seen: dict[str, Any]) -> None:
    """On a cluster no host sees files of another: Spark scores what a barrier stage has trained on, each row once."""
    scores = dict(zip(seen["store"]["row_id"], seen["store"]["score"], strict=True))
    assert len(scores) == len(seen["store"]["row_id"])
    assert sorted(scores) == list(range(0, ROWS, 5))
    paid = [score for row, score in scores.items() if row * 7919 % 100 > 50]
    assert min(paid) > max(score for row, score in scores.items() if row * 7919 % 100 <= 50)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("join", "has 1,000 rows too many: a join doubles rows"),
        ("weekday", "has other values in weekday"),
        ("time zone", "has other values in hour"),
        ("type", "The column 'age' of the feature table is of type double, and has to be float"),
        ("missing value", "The column 'age' of the feature table is with missing values, and has to be float"),
    ],
)
def test_classic_faults_are_found(seen: dict[str, Any], fault: str, sentence: str) -> None:
    """Such as a join that doubles rows, a week that begins on Sunday, and a session in another time zone."""
    assert sentence in seen["faults"][fault]
