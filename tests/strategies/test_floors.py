"""Quality floors let every correct implementation pass and no broken twin of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import Dataset, plugins
from bench.datasets import ensure
from bench.machine.limits import cores_available
from bench.request import Request
from bench.runs import plan
from bench.testing.support import install_strategies, run_trial
from tests.strategies.together import Judgement, run_together

PLACE = Path(__file__).parent / "broken"
BROKEN = {path.stem: path for path in sorted(PLACE.glob("*.py"))}
OTHER_KINDS = ["flights-class", "flights-delay"]
# By strategy and dataset; "flights" is the default, on which the floors were measured.
CORRECT = [
    *((name, "flights") for name in ("tensorflow", "mllib_linear", "mllib_gbt", "mllib_rf", "xgboost")),
    *(("tensorflow", name) for name in OTHER_KINDS),
    ("mllib_linear", "flights-class"),
    ("mllib_rf", "flights-delay"),
]
TWINS = [(name, "flights") for name in BROKEN]
TWINS_OF_OTHER_KINDS = [
    *(("tensorflow_unscaled", name) for name in OTHER_KINDS),
    ("mllib_rf_shuffled_labels", "flights-class"),
    ("xgboost_one_shard", "flights-delay"),  # more of boosted trees in tests/datasets/makers/test_floors.py
]
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Judgement]:
    """Each of them with the default amount of training, by strategy and dataset, all in one process."""
    wanted = [*CORRECT, *TWINS, *TWINS_OF_OTHER_KINDS]
    request = Request(workers=(1,), cores=cores_available())
    with install_strategies(tmp_path_factory.mktemp("twins") / "installed", BROKEN):
        planned = [
            plan.make(request, {strategy: plugins.load(strategy).strategy}, ensure(name))[0]
            for strategy, name in wanted
        ]
        return dict(zip(wanted, run_together(planned, tmp_path_factory.mktemp("trials")), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("case", TWINS, ids=" ".join)
def test_broken_twin_is_invalid(judged: dict[tuple[str, str], Judgement], case: tuple[str, str]) -> None:
    """Shuffled labels, unscaled features and a single shard end as ``invalid``."""
    found = judged[case].or_skip()
    assert found.status == "invalid", found
    assert "below" in str(found.reason)


@pytest.mark.slow
@pytest.mark.parametrize("case", TWINS_OF_OTHER_KINDS, ids=" ".join)
def test_broken_twin_of_another_kind_is_invalid(
    judged: dict[tuple[str, str], Judgement], case: tuple[str, str]
) -> None:
    """Where less is better, the same mistakes end above the floor."""
    found = judged[case].or_skip()
    assert found.status == "invalid", found
    assert "is above" in str(found.reason)


@pytest.mark.slow
@pytest.mark.parametrize("case", CORRECT, ids=" ".join)
def test_correct_implementation_is_ok(judged: dict[tuple[str, str], Judgement], case: tuple[str, str]) -> None:
    """With the default amount of training, a correct implementation reaches its family's floor."""
    found = judged[case].or_skip()
    assert found.status == "ok", found


def test_a_broken_twin_gets_no_time(tmp_path: Path) -> None:
    """However fast it was, its record has no time to a model."""
    flights: Dataset = ensure("flights")
    with install_strategies(tmp_path / "installed", {"xgboost_one_shard": BROKEN["xgboost_one_shard"]}):
        record = run_trial("xgboost_one_shard", flights, tmp_path, request=Request())
    assert record["status"] == "invalid", record["quality"]
    assert record["time_to_model_s"] is None
