"""A PyTorch model is scored with as a Keras model is, or refused in a sentence that says what to change."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import Dataset
from strategies.lib.networks.answers import ModelError
from strategies.lib.networks.files import KERAS, TORCH, framework_of
from strategies.lib.scoring import reference

pytestmark = pytest.mark.torch
FEATURES = 8


def save(path: Path, *layers: Any, features: int = FEATURES, any_number: bool = True) -> Path:
    """Save layers as users do, with a number of rows that may change, or not."""
    import torch

    module = torch.nn.Sequential(*layers).eval()
    sizes = ({0: torch.export.Dim.DYNAMIC},) if any_number else None
    torch.export.save(torch.export.export(module, (torch.zeros(2, features),), dynamic_shapes=sizes), path)
    return path


def layers(outputs: int = 1, end: str = "Sigmoid", **options: Any) -> list[Any]:
    """Return a small network with layers that know training from scoring."""
    from torch import nn

    hidden = [nn.Linear(FEATURES, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5)]
    return [*hidden, nn.Linear(16, outputs), getattr(nn, end)(**options)]


@pytest.mark.timeout(600)
def test_every_way_scores_as_the_reference(
    dataset: Dataset, tmp_path: Path, bench: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """One process and two ways of Spark give the reference's scores for all rows; Keras' way says why it does not."""
    model = save(tmp_path / "model.pt2", *layers())
    names = ["torch", "map_in_arrow", "predict_batch_udf", "tensorflow"]
    wanted = [part for name in names for part in ("--strategy", name)]
    answer = bench(
        "run", "--task", "predict", "--model", str(model), *wanted, "--data", dataset.path, "--json", timeout=550
    )
    records = {record["trial"]["strategy"]: record for record in map(json.loads, answer.stdout.splitlines())}
    for name in names[:3]:
        record = records[name]
        assert record["status"] == "ok", record["reason"]
        assert record["rows"] == dataset.rows
        assert record["quality"]["max_difference"] < 1e-5
        assert record["notes"]["model_framework"] == "PyTorch"
    assert records["tensorflow"]["status"] == "skipped"
    assert "this one is PyTorch's" in records["tensorflow"]["reason"]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: {"any_number": False}, r"it does not take 1 rows of 8 features \(.+\): save it by torch.export.save"),
        (lambda: {"outputs": 2}, r"it gives an array of shape \(rows, 2\), and one probability for each row is needed"),
        (lambda: {"end": "Identity"}, "it must end with a sigmoid"),
    ],
    ids=["one number of rows", "two outputs", "no sigmoid"],
)
def test_a_model_that_does_not_fit_gets_a_sentence(
    dataset: Dataset, tmp_path: Path, made: Callable[[], dict[str, Any]], sentence: str
) -> None:
    """What a model takes and gives is said, and what to change."""
    import numpy as np

    options = made()
    any_number = options.pop("any_number", True)
    path = save(tmp_path / "model.pt2", *layers(**options), any_number=any_number)
    rows = np.random.default_rng(0).standard_normal((100, FEATURES)).astype(np.float32)
    with pytest.raises(ModelError, match=sentence):
        reference.load(path, dataset, 1)(100 * rows)


def test_a_file_of_weights_alone_gets_a_sentence(dataset: Dataset, tmp_path: Path) -> None:
    """A state dictionary has no network: the sentence says how to save one with it."""
    import torch

    torch.save(torch.nn.Linear(2, 1).state_dict(), tmp_path / "weights.pt")
    with pytest.raises(ModelError, match=r"does not load as a PyTorch program \(.+\): save it by torch.export.save"):
        reference.load(tmp_path / "weights.pt", dataset, 1)


def test_a_file_tells_its_framework(tmp_path: Path) -> None:
    """By its content, whatever it is called."""
    assert framework_of(save(tmp_path / "model.keras", *layers())) == TORCH
    (tmp_path / "model.h5").write_bytes(b"anything")
    assert [framework_of(path) for path in (tmp_path / "model.h5", tmp_path)] == [KERAS, KERAS]
