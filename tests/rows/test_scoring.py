"""Scores are written in the order of the rows, while the next batch is read; an error anywhere ends the scoring."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import rows
from bench.datasets import open_dataset
from bench.errors import DatasetError
from bench.model import Dataset, Storage, Trial
from bench.request import Request
from bench.runs import plan


@pytest.fixture
def trial(dataset: Dataset, tmp_path: Path) -> Trial:
    """A trial that scores both splits."""
    from bench.model import Strategy

    (planned,) = plan.make(Request(task="predict", cores=2), {"own": Strategy(family="gbt")}, dataset)
    return replace(planned.trial, scratch=tmp_path)


def test_scores_are_those_of_their_rows(trial: Trial) -> None:
    """Every row has the score of its own features, also where the model writes all scores into one buffer."""
    buffer = np.empty(rows.open(trial.dataset, "train", "test").rows, np.float32)

    def predict(features: Any) -> Any:
        buffer[: len(features)] = features[:, 0]
        return buffer[: len(features)]

    found = pq.read_table(rows.write_scores(trial, predict))
    expected = np.concatenate([features[:, 0] for _, features in rows.open(trial.dataset, "train", "test").batches()])
    assert found["score"].to_numpy().tolist() == expected.tolist()
    assert sorted(found["row_id"].to_numpy()) == list(range(trial.dataset.rows))


def test_the_error_of_a_model_is_its_own(trial: Trial) -> None:
    """What a model raises comes out, and no thread is left waiting."""

    def predict(_: Any) -> Any:
        raise ZeroDivisionError("no model")

    with pytest.raises(ZeroDivisionError, match="no model"):
        rows.write_scores(trial, predict)


def test_the_error_of_reading_is_its_own(trial: Trial, tmp_path: Path) -> None:
    """A file that is damaged while rows are scored is named."""
    copy = Path(shutil.copytree(trial.dataset.path, tmp_path / "copy"))
    dataset = open_dataset(str(copy), Storage())
    (first, *_) = sorted(copy.glob("split=test/*.parquet"))
    damaged = bytearray(first.read_bytes())
    damaged[len(damaged) // 3 : len(damaged) // 3 + 64] = bytes(64)
    first.write_bytes(damaged)
    with pytest.raises(DatasetError, match=first.name):
        rows.write_scores(replace(trial, dataset=dataset), lambda features: features[:, 0])
