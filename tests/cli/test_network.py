"""`bench run --network` from the command line to the record."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import main
from bench.model import Dataset
from bench.records.directory import latest, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
SOURCE = """
from tensorflow.keras import Sequential, layers

def build_model(input_dim, width: int = 4):
    return Sequential([layers.Dense(width, "relu", input_shape=(input_dim,)), layers.Dense(1, "sigmoid")])
"""


def test_a_tutorials_function_trains_by_one_command(tiny: Dataset, bench: Bench, tmp_path: Path) -> None:
    """The record says which network it was, its model is there to score with, and only the same file goes on."""
    file = tmp_path / "nets.py"
    file.write_text(SOURCE)
    network = ("--network", "nets.py:build_model", "--network-arg", "width=8", "--save-model", "models")
    done = bench("run", "--strategy", "tensorflow", "--data", tiny.path, "--epochs", "2", *network)
    assert done.returncode == 0, done.stdout + done.stderr
    run = read_run(latest(tmp_path / "results"))
    record = next(record for record in run.records if record["trial"]["strategy"] == "tensorflow")
    given = record["trial"]["network"]
    assert (given["name"], given["arguments"]) == ("nets.py:build_model", {"width": 8})
    assert record["measures"]["parameters"] == (len(tiny.features) + 1) * 8 + 9
    assert "allreduce_bytes_per_step" not in record["measures"]
    assert record["notes"]["network"]["deterministic"]
    saved = tmp_path / "models" / run.directory.name
    assert [str(file) for file in saved.iterdir()] == [record["notes"]["saved_model"]]
    scored = bench(
        "run",
        "--task",
        "predict",
        "--strategy",
        "tensorflow",
        "--data",
        tiny.path,
        "--model",
        str(next(saved.iterdir())),
    )
    assert scored.returncode == 0, scored.stdout + scored.stderr
    assert SOURCE.strip() not in run.directory.path.joinpath("run.json").read_text()
    file.write_text(SOURCE + "\n# another file\n")
    again = bench("run", "--resume", str(run.directory.path))
    assert again.returncode == 2
    assert "The network to train is not what it was when" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--task", "predict"),
            "No strategy that takes part trains --network: say --task train, or name one that does.",
        ),
        (("--strategy", "xgboost"), "No strategy that takes part trains --network"),
        (("--task", "predict", "--save-model", "models"), "No strategy that takes part trains --network"),
        (("--network-arg", "depth=2"), "takes no argument 'depth' beside its first: there are width."),
    ],
)
def test_what_nobody_can_train_is_refused(
    tiny: Dataset, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """Before anything runs."""
    (tmp_path / "nets.py").write_text(SOURCE)
    network = f"{tmp_path / 'nets.py'}:build_model"
    result = CliRunner().invoke(main, ["run", "--data", tiny.path, "--network", network, "--dry-run", *arguments])
    assert result.exit_code == 2
    assert sentence in result.output


def test_only_those_that_train_networks_take_part(tiny: Dataset, tmp_path: Path) -> None:
    """Where no strategy is named, the others would do what they do without it."""
    (tmp_path / "nets.py").write_text(SOURCE)
    network = f"{tmp_path / 'nets.py'}:build_model"
    result = CliRunner().invoke(main, ["run", "--data", tiny.path, "--network", network, "--dry-run"])
    planned = {line.split()[1] for line in result.output.splitlines() if line.strip()[:1].isdigit()}
    assert {"null", "tensorflow", "horovod", "mirrored_runner", "torch", "torch_distributor"} <= planned
    assert not planned & {"xgboost", "mllib_linear"}
