"""How many of our own functions stand between the command line and a strategy."""

import json
import traceback
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

import bench
from bench.cli import main
from bench.model import Dataset
from tests.conftest import Plugins

MOST = 8
ROOT = Path(bench.__file__).parent
TELLS_ITS_STACK = """
@hookimpl
def bench_train(trial):
    import traceback
    stack = [(frame.filename, frame.name) for frame in traceback.extract_stack()]
    trial.note("stack", stack)
"""


def own_frames(stack: list[tuple[str, str]]) -> list[str]:
    """Return the functions of ours in a stack, the outermost first."""
    return [name for file, name in stack if Path(file).is_relative_to(ROOT) and name != "<module>"]


def test_a_trial_is_a_few_frames_away(
    installed: Plugins, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the verb to the hook, the process of the trial included, there are no more than eight frames of ours."""
    installed.add("telling", TELLS_ITS_STACK)
    stacks: list[list[str]] = []
    spawn = psutil.Popen

    def watched(*arguments: Any, **options: Any) -> psutil.Popen:
        stacks.append(own_frames([(frame.filename, frame.name) for frame in traceback.extract_stack()]))
        return spawn(*arguments, **options)

    monkeypatch.setattr(psutil, "Popen", watched)
    options = ["--strategy", "telling", "--data", tiny.path, "--out", str(tmp_path / "runs"), "--json"]
    answer = CliRunner().invoke(main, ["run", *options])
    records = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    (record,) = (found for found in records if found["trial"]["strategy"] == "telling")
    parent = stacks[-1][stacks[-1].index("run") :]
    child = own_frames([tuple(frame) for frame in record["notes"]["stack"]])
    assert child[0] == "main"
    frames = [*parent, *child, "bench_train"]
    assert len(frames) <= MOST, frames
