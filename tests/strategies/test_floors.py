"""Quality floors let every correct implementation pass and no broken twin of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import Dataset
from bench.datasets import ensure
from bench.request import Request
from bench.testing.support import install_strategies, run_trial

BROKEN = sorted(Path(__file__).parent.glob("broken/*.py"))


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


@pytest.mark.parametrize("strategy", ["tensorflow", "mllib_linear", "mllib_gbt", "xgboost"])
def test_correct_implementation_is_ok(strategy: str, flights: Dataset, tmp_path: Path) -> None:
    """With the default amount of training, a correct implementation stays above its family's floor."""
    assert run_trial(strategy, flights, tmp_path, request=Request())["status"] == "ok"
