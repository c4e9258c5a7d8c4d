"""Strategies that say they know categories use them as names and not as amounts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import Dataset, Trial, plugins
from bench.datasets.makers.ingest import import_parquet
from bench.request import Request
from bench.runs import plan
from bench.testing.support import run_trial
from strategies.lib.trees.bins import bins
from tests.strategies.together import Judgement, run_together

ZONES, ROWS = 60, 20_000
# A tree of depth 2 cuts the numbers of 60 zones into four stretches at most, and a linear model not at all.
LITTLE = Request(trees=3, depth=2, epochs=2)
LEARNED, NOT_LEARNED = 0.85, 0.65  # measured: 0.90 with the categories known, 0.50 to 0.56 with their numbers only
ONE_PROCESS = (
    "xgboost",
    "xgboost_external",
    "lightgbm",
    "tensorflow",
    "tensorflow_mirrored",
    "mllib_gbt",
    "sklearn_histgbt",
)
# The first has Spark give each training a Python of its own, which Keras' ranks need. XGBoost's Spark estimator comes
# before others, which import XGBoost without what it needs.
DISTRIBUTED = ("mirrored_runner", "horovod", "xgboost_spark", "lightgbm_spark", "xgboost_barrier")
NUMBERS = ("xgboost", "lightgbm", "tensorflow")
FOREST = Request(trees=5, depth=4)  # it looks at one of two features at each node: it takes a few levels more


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dataset]:
    """Import a table by one of the ways of categories: what counts is whether the place of a zone among all is odd."""
    generator = np.random.default_rng(0)
    zone = generator.integers(0, ZONES, ROWS)
    columns = {
        "zone": pa.array([None if number == 7 else f"zone {number:02}" for number in zone]),
        "noise": generator.normal(size=ROWS),
        "label": generator.random(ROWS) < np.where(zone % 2 == 1, 0.9, 0.1),
    }
    home = tmp_path_factory.mktemp("zones")
    pq.write_table(pa.table(columns), home / "zones.parquet")

    @functools.cache
    def imported(way: str) -> Dataset:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BENCH_DATA", str(home / "datasets"))
            return import_parquet(str(home / "zones.parquet"), "label", name=way, categories=way).dataset

    return imported


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, zones: Callable[[str], Dataset], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Judgement]:
    """The judgement of each strategy whose test is run, by its name and the way of categories, all in one process."""
    requests = {
        **{(name, "native"): replace(LITTLE, workers=(2,)) for name in DISTRIBUTED},
        **{(name, "native"): replace(LITTLE, workers=(1,)) for name in ONE_PROCESS},
        **{(name, "codes"): LITTLE for name in NUMBERS},
        ("mllib_rf", "native"): FOREST,
    }
    # It divides the CPU, which TensorFlow allows before it has started only.
    tests = [item for item in request.session.items if isinstance(item, pytest.Function) and item.path == request.path]
    tested = {item.callspec.params["name"] for item in tests if "judged" in item.fixturenames}
    wanted = sorted((case for case in requests if case[0] in tested), key=lambda case: case[0] != "tensorflow_mirrored")
    planned = [
        plan.make(requests[name, way], {name: plugins.load(name).strategy}, zones(way))[0] for name, way in wanted
    ]
    return dict(zip(wanted, run_together(planned, tmp_path_factory.mktemp("trials")), strict=True))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "name", [*ONE_PROCESS, *(pytest.param(name, marks=pytest.mark.slow) for name in DISTRIBUTED), "mllib_rf"]
)
def test_categories_are_names(judged: dict[tuple[str, str], Judgement], name: str) -> None:
    """Few shallow trees and steps learn what they cannot of numbers, in one process and on several workers."""
    found = judged[name, "native"].or_skip()
    assert found.status == "ok", found.reason
    assert found.grades["auc"] > LEARNED


@pytest.mark.torch
def test_categories_are_names_in_pytorch(zones: Callable[[str], Dataset], tmp_path: Path) -> None:
    """Few steps learn what they cannot of numbers."""
    record = run_trial("torch", zones("native"), tmp_path, request=LITTLE)
    assert record["status"] == "ok", record["reason"]
    assert record["quality"]["auc"] > LEARNED


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", NUMBERS)
def test_codes_are_numbers(judged: dict[tuple[str, str], Judgement], name: str) -> None:
    """Without the manifest's word the same trees learn next to nothing: it is the word that the other test measures."""
    assert judged[name, "codes"].or_skip().grades["auc"] < NOT_LEARNED


@pytest.mark.parametrize("name", plugins.names())
def test_all_others_say_why_not(zones: Callable[[str], Dataset], name: str) -> None:
    """Every strategy takes part, or has a reason that says what to do; with codes none needs one."""
    facts = plugins.load(name).strategy
    reason = plugins.why_not(facts, zones("native"))
    known = facts.most_categories >= ZONES or facts.family == "control"
    assert known == (reason is None or reason.startswith("It needs"))
    assert "categor" not in str(plugins.why_not(facts, zones("codes")))


def test_a_network_with_categories_scores_in_spark(zones: Callable[[str], Dataset], tmp_path: Path) -> None:
    """The reference model embeds categories, and is loaded from its file in Spark's workers."""
    record = run_trial("map_in_arrow", zones("native"), tmp_path, request=replace(LITTLE, task="predict"))
    assert record["status"] == "ok", record["reason"]


def test_mllib_gets_a_bin_for_each_category(zones: Callable[[str], Dataset], trial_for: Callable[..., Trial]) -> None:
    """MLlib refuses fewer bins than categories: it gets more than were asked for, and no more than it needs."""
    for wanted, given in ((32, ZONES), (128, 128)):
        trial = replace(trial_for("mllib_gbt", bins=wanted), dataset=zones("native"))
        assert bins(trial) == given
