"""The gate calls four modules of *other* revisions by their names: these never move."""

import dataclasses
import inspect
from pathlib import Path

import pytest

from bench import environment, model, plugins, worker
from bench.gate.arms import inquiry

MODULES = (environment, model, plugins, worker)


@pytest.mark.parametrize("module", MODULES)
def test_its_name_does_not_move(module) -> None:
    """It is a module of the package's own, and says in its docstring that its name stays."""
    assert module.__name__ == f"bench.{Path(module.__file__).stem}"
    assert "does not move" in module.__doc__


def test_what_the_gate_asks_for_is_there() -> None:
    """Every name that the inquiry uses of another revision is in this one, which is another's baseline tomorrow."""
    answer = inquiry.answer(cores=1)
    assert {"strategy", "task", "dataset", "epochs", "trees", "scratch"} <= set(answer["trial"])
    assert {"name", "path", "features", "fingerprint"} <= set(answer["dataset"])
    assert {field.name for field in dataclasses.fields(model.Strategy)} == set(answer["strategies"]["null"]["facts"])
    assert answer["strategies"]["null"]["tasks"] == ["train", "predict", "cluster", "handoff", "pipeline"]
    assert answer["measures"] is True
    assert list(inspect.signature(worker.main).parameters) == ["directory"]
