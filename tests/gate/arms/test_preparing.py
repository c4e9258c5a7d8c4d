"""From what was asked for to two arms that can be measured."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.gate.arms.preparing import prepare
from bench.gate.request import GateRequest
from bench.model import Dataset
from bench.request import Request


def test_an_interpreter_may_be_named_from_where_one_stands(
    tmp_path: Path, tiny: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative --python is found by workers that start elsewhere; reports call it as it was given."""
    (tmp_path / "old").symlink_to(sys.prefix)
    monkeypatch.chdir(tmp_path)
    given = os.path.join("old", "bin", "python")
    asked = GateRequest(tmp_path, Request(cores=1), (tiny.path,), pythons=(given, sys.executable))
    with ExitStack() as stack:
        baseline = prepare(asked, stack, print).arms["baseline"]
    assert (baseline.label, baseline.worker.python) == (given, str(tmp_path / given))
