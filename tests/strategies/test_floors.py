"""Quality floors let every correct implementation pass and no broken twin of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import Dataset
from bench.datasets import ensure
from bench.request import Request
from bench.testing.support import install_strategies, run_trial

PLACE = Path(__file__).parent / "broken"
BROKEN = sorted(PLACE.glob("*.py"))
OTHER_KINDS = ["flights-class", "flights-delay"]


@pytest.fixture(scope="module")
def flights() -> Dataset:
    """The default dataset, on which the floors were measured."""
    return ensure("flights")


@pytest.fixture(params=BROKEN, ids=lambda path: path.stem)
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The name of an installed strategy that differs from a correct one by one mistake."""
    source: Path = request.param
    with install_strategies(tmp_path / "installed", {source.stem: source}):
        yield source.stem


def test_broken_twin_is_invalid(broken: str, flights: Dataset, tmp_path: Path) -> None:
    """Shuffled labels, unscaled features and a single shard end as ``invalid``, however fast they were."""
    record = run_trial(broken, flights, tmp_path, request=Request())
    assert record["status"] == "invalid", record["quality"]
    assert "below" in record["reason"]
    assert record["time_to_model_s"] is None


@pytest.mark.parametrize(
    ("twin", "name"),
    [
        *(("tensorflow_unscaled", name) for name in OTHER_KINDS),
        ("mllib_rf_shuffled_labels", "flights-class"),
        ("xgboost_one_shard", "flights-delay"),  # more of boosted trees in tests/datasets/makers/test_floors.py
    ],
)
def test_broken_twin_of_another_kind_is_invalid(twin: str, name: str, tmp_path: Path) -> None:
    """Where less is better, the same mistakes end above the floor."""
    with install_strategies(tmp_path / "installed", {twin: PLACE / f"{twin}.py"}):
        record = run_trial(twin, ensure(name), tmp_path, request=Request())
    assert record["status"] == "invalid", record["quality"]
    assert "is above" in record["reason"]


@pytest.mark.parametrize(
    ("strategy", "name"),
    [
        *(("tensorflow", name) for name in OTHER_KINDS),
        ("mllib_linear", "flights-class"),
        ("mllib_rf", "flights-delay"),
    ],
)
def test_correct_implementation_of_another_kind_is_ok(strategy: str, name: str, tmp_path: Path) -> None:
    """With the default amount of training, a correct implementation stays below its family's floor."""
    record = run_trial(strategy, ensure(name), tmp_path, request=Request())
    assert record["status"] == "ok", record["reason"]


@pytest.mark.parametrize("strategy", ["tensorflow", "mllib_linear", "mllib_gbt", "mllib_rf", "xgboost"])
def test_correct_implementation_is_ok(strategy: str, flights: Dataset, tmp_path: Path) -> None:
    """With the default amount of training, a correct implementation stays above its family's floor."""
    assert run_trial(strategy, flights, tmp_path, request=Request())["status"] == "ok"
