"""Every strategy that finds clusters keeps the contract: Lloyd's algorithm comes to the same centres everywhere."""

from pathlib import Path
from typing import Any

import pytest

from bench import Dataset
from bench.testing import StrategyContract
from bench.testing.support import install_strategies


class OfLloyd(StrategyContract):
    lloyd_tolerance = 1e-5  # a hundredth of what the task allows: float32 costs less


class TestSklearnKmeans(OfLloyd):
    strategy = "sklearn_kmeans"


class TestTensorflowKmeans(OfLloyd):
    strategy = "tensorflow_kmeans"


class TestMllibKmeans(OfLloyd):
    strategy = "mllib_kmeans"


class TestBarrierKmeans(OfLloyd):
    strategy = "barrier_kmeans"

    def test_each_rank_reads_its_own_rows(self, shared_record: dict[str, Any], dataset: Dataset) -> None:
        """Both ranks read half of the train split, and each says where its time went."""
        assert shared_record["notes"]["rows_per_rank"] == [dataset.train_rows // 2] * 2
        assert all(len(shared_record["inner"][name]) == 2 for name in ("launch", "load", "rendezvous", "train"))

    def test_no_step_waits_for_sparks_clock(self, shared_record: dict[str, Any]) -> None:
        """Twenty steps take far less than the second that one ``allGather`` takes at least."""
        assert max(shared_record["inner"]["train"]) < shared_record["trial"]["iterations"] / 2


class TestSklearnMinibatchKmeans(StrategyContract):
    strategy = "sklearn_minibatch_kmeans"
    lloyd_tolerance = 0.05


TWINS = {
    "one_shard": (
        "mine = rows.open(trial.dataset, 'train').shard(0, 2)",
        "trial.iterations",
    ),
    "one_step": ("mine = rows.open(trial.dataset, 'train')", "1"),
    "unscaled": ("mine = rows.open(trial.dataset, 'train'); standardise = lambda found, _: found", "trial.iterations"),
}
TWIN = '''
"""`sklearn_kmeans` with one mistake."""

from bench import hookimpl, rows
from strategies.clustering.sklearn_kmeans import bench_setup, bench_strategy
from strategies.lib.clustering import standard


@hookimpl
def bench_train(trial, session):
    standardise = standard.standardise
    MINE
    features = standardise(mine.matrix(1)[0], trial.dataset)
    initial = standard.initial_centres(trial)
    return session.KMeans(len(initial), init=initial, n_init=1, max_iter=STEPS, tol=0.0).fit(features).cluster_centers_
'''


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_twin_is_caught(twin: str, dataset: Dataset, tmp_path: Path) -> None:
    """One worker's rows only, fewer steps, or features as they are: the inherited test fails."""
    rows, steps = TWINS[twin]
    source = tmp_path / f"{twin}_twin.py"
    source.write_text(TWIN.replace("MINE", rows).replace("STEPS", steps))

    class Twin(StrategyContract):
        strategy = source.stem

    with install_strategies(tmp_path / "installed", {source.stem: source}), pytest.raises(AssertionError):
        Twin().test_its_centres_are_those_of_all_rows(dataset, tmp_path)
