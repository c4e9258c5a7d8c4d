"""The tests that every strategy passes, in real trials on a small dataset."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset, plugins
from bench.problems import Problem, problem_of
from bench.request import Request
from bench.tasks.handoff import HANDOFF
from bench.tasks.predict import PREDICT
from bench.tasks.train import TRAIN
from bench.testing.clusters import ClusterContract
from bench.testing.handoffs import UNREAD, HandoffContract
from bench.testing.learning import LearningContract
from bench.testing.part import learning_task, skip_unless_distributed, takes_part, trains_or_skip
from bench.testing.scaling import ScalingContract
from bench.testing.support import (
    LITTLE_WORK,
    install_strategies,
    make_tiny_dataset,
    modules_after_loading,
    run_changed,
    run_trial,
)

FRAMEWORKS = {
    "horovod",
    "keras",
    "lightgbm",
    "numpy",
    "pandas",
    "pyarrow",
    "pyspark",
    "sklearn",
    "tensorflow",
    "xgboost",
}
FLIP_TOLERANCE = 0.05  # with 4,000 test rows, the standard deviation of the first grade is about 0.01
NOTHING_LEARNED = 0.1  # how far from chance a grade may be if the labels say nothing; one worker's rows give about 0.2


class StrategyContract(LearningContract, ClusterContract, HandoffContract, ScalingContract):
    """Inherit this and name your strategy; each test runs the real strategy in a real trial.

    A strategy that cannot run here skips the tests that run it, with its reason.

    Attributes:
        strategy: Name of the strategy.
        source: Its file, for as long as no installed package has an entry point for it.
        request: How much training.
        kinds: Kinds of problem that it is tested in, of those that it names.
    """

    strategy: str
    source: Path | None = None
    request: Request = LITTLE_WORK

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _known(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        if cls.source is None:
            yield
        else:
            with install_strategies(tmp_path_factory.mktemp("installed"), {cls.strategy: cls.source}):
                yield

    @pytest.fixture(scope="class")
    @classmethod
    def dataset(cls, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
        """A small synthetic dataset."""
        return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))

    @pytest.fixture(scope="class")
    @classmethod
    def record(cls, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """The record of a trial with one worker, or with two if the strategy does not learn."""
        directory = tmp_path_factory.mktemp("trial")
        if task := learning_task(cls.strategy):
            return run_trial(cls.strategy, dataset, directory, request=replace(cls.request, task=task.name))
        request = replace(cls.request, task=plugins.load(cls.strategy).tasks[0])
        if takes_part(cls.strategy, HANDOFF):
            request = replace(request, **UNREAD)
        return run_trial(cls.strategy, dataset, directory, workers=2, request=request)

    @pytest.fixture(scope="class")
    @classmethod
    def shared_record(cls, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """The record of a trial that learns, with two workers."""
        task = learning_task(cls.strategy)
        if task is None:
            pytest.skip("it does not learn")
        skip_unless_distributed(cls.strategy)
        request = replace(cls.request, task=task.name)
        return run_trial(cls.strategy, dataset, tmp_path_factory.mktemp("shared"), workers=2, request=request)

    @pytest.fixture(scope="class")
    @classmethod
    def changed_record(cls, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
        """The record of a trial on other labels, with two workers if the strategy is distributed."""
        trains_or_skip(cls.strategy)
        return run_changed(cls.strategy, dataset, tmp_path_factory.mktemp("changed"), cls.request)

    def test_it_keeps_the_contract(self) -> None:
        """Hooks and arguments are spelt as in the contract, and the module has a summary of one line."""
        plugin = plugins.load(self.strategy)
        assert plugin.summary, "give the module a docstring: `bench list` shows its first line"
        assert plugin.strategy.family, "name a family, such as linear, mlp or gbt"

    def test_stating_its_facts_imports_no_framework(self) -> None:
        """`bench list` loads all strategies, so loading one imports none of its frameworks."""
        needs = plugins.load(self.strategy).strategy.needs
        imported = modules_after_loading(self.strategy)
        assert not imported.intersection({*FRAMEWORKS, *needs}), "import frameworks inside the hooks"

    def test_its_functions_pickle_by_reference(self) -> None:
        """Its hooks go to other processes, so they pickle by reference: functions of the module's top level."""
        for hook in plugins.HOOKS:
            for implementation in getattr(plugins.load(self.strategy).hook, hook).get_hookimpls():
                assert pickle.loads(pickle.dumps(implementation.function)) is implementation.function  # noqa: S301

    def test_a_trial_ends_ok(self, record: dict[str, Any]) -> None:
        """A trial on a small dataset ends well, and its answer is one."""
        assert record["status"] == "ok", record["reason"]

    def test_it_scores_every_row(self, record: dict[str, Any], dataset: Dataset, tmp_path: Path) -> None:
        """In a predict trial every row of both splits is scored once, as the reference model scores it.

        A strategy that scores row by row may stop when its budget is spent, and reports how many rows it scored.
        """
        if not takes_part(self.strategy, PREDICT) or plugins.load(self.strategy).strategy.scores == "own":
            pytest.skip("it does not score with the reference model")
        if takes_part(self.strategy, TRAIN):
            record = run_trial(self.strategy, dataset, tmp_path, request=replace(self.request, task=PREDICT.name))
        assert record["status"] == "ok", record["reason"]
        assert record["rows"] == record["measures"].get("rows_scored", dataset.rows)
        assert "max_difference" in record["quality"]

    def test_it_leaves_no_process_behind(self, record: dict[str, Any]) -> None:
        """Every process that was started ends with the trial, without being killed."""
        assert not record["notes"].get("processes_left"), "stop in bench_teardown what bench_setup has started"

    def test_workers_share_the_work(self, shared_record: dict[str, Any]) -> None:
        """A distributed strategy does the same work with two workers."""
        assert shared_record["status"] == "ok", shared_record["reason"]
        assert not shared_record["notes"].get("processes_left")

    def test_workers_learn_from_all_rows(self, changed_record: dict[str, Any], dataset: Dataset) -> None:
        """Two workers together learn nothing from labels of which half are flipped; one alone would.

        This catches a model from one worker's rows, though each worker has done its work, and a stale or built-in
        model.
        """
        skip_unless_distributed(self.strategy)
        assert changed_record["status"] == "ok", changed_record["reason"]
        if changed_record["quality"] is None:
            pytest.skip("it is not graded")
        problem = problem_of(dataset)
        assert _first(changed_record, problem) == pytest.approx(problem.chance, abs=NOTHING_LEARNED)

    def test_its_answer_comes_from_the_labels(
        self, record: dict[str, Any], changed_record: dict[str, Any], dataset: Dataset
    ) -> None:
        """With each label of the train split turned into its opposite, the answer turns into its opposite.

        The answer of a stale or built-in model stays, and so does that of a strategy that learned from the test split.
        """
        if plugins.load(self.strategy).strategy.distributed:
            pytest.skip("test_workers_learn_from_all_rows shows it")
        if record["quality"] is None:
            pytest.skip("it is not graded")
        assert changed_record["quality"], changed_record["reason"]
        problem = problem_of(dataset)
        turned = problem.opposite(_first(record, problem))
        assert _first(changed_record, problem) == pytest.approx(turned, abs=FLIP_TOLERANCE)


def _first(record: dict[str, Any], problem: Problem) -> float:
    return float(record["quality"][problem.metrics[0].name])


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small synthetic dataset; import it into a ``conftest.py`` to use it."""
    return make_tiny_dataset(tmp_path_factory.mktemp("datasets"))
