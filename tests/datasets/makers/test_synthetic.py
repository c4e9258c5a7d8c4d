"""Synthetic datasets depend on their seed only, need flat memory, and their best AUC is known."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.datasets.makers import synthetic
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError, UsageError
from tests.datasets.conftest import content

pytestmark = pytest.mark.usefixtures("home")


def test_the_content_depends_on_the_seed_only() -> None:
    """Another number of files gives the same rows and the same fingerprint, and another seed gives others."""
    one, more, other = (
        make_synthetic(150_000, 3, files, seed, name=f"{files}-{seed}") for files, seed in ((1, 0), (5, 0), (1, 1))
    )
    assert one.dataset.fingerprint == more.dataset.fingerprint != other.dataset.fingerprint
    assert content(one) == content(more)
    assert (len(one.files), len(more.files)) == (2, 7)


def test_fewer_rows_are_the_beginning_of_more() -> None:
    """The first rows do not depend on how many follow."""
    few, many = (content(make_synthetic(rows, 2)) for rows in (70_000, 200_000))
    for split in ("train", "test"):
        assert few[split] == many[split].slice(0, len(few[split]))


def test_the_best_auc_is_that_of_the_true_probabilities() -> None:
    """The best AUC in the manifest is what the true probabilities reach on the labels that were drawn."""
    best = make_synthetic(400_000, 6).dataset.best
    portions = list(synthetic._portions(synthetic._law(6, 0), 400_000, 0))
    labels = np.concatenate([columns[0] for columns, _ in portions])
    probabilities = np.concatenate([values for _, values in portions])
    # Four standard errors: Hanley and McNeil (1982) give 0.0007 for so many rows at most.
    assert best == pytest.approx(roc_auc_score(labels, probabilities), abs=0.003)


def test_models_order_as_they_should() -> None:
    """A linear model learns something, trees learn more, both stay below the best, and unscaled features hurt."""
    manifest = make_synthetic(60_000, 12)
    splits = content(manifest)
    train, test = (
        np.stack([table[name].to_numpy() for name in manifest.dataset.features], 1) for table in splits.values()
    )
    labels, truth = (table["label"].to_numpy() for table in splits.values())
    mean, std = np.array(manifest.dataset.means), np.array(manifest.dataset.stds)
    models = LogisticRegression(), HistGradientBoostingClassifier(max_iter=40, random_state=0)
    linear, trees = (
        roc_auc_score(truth, model.fit((train - mean) / std, labels).predict_proba((test - mean) / std)[:, 1])
        for model in models
    )
    assert manifest.dataset.best is not None
    assert 0.65 < linear < trees - 0.05 < trees < manifest.dataset.best
    assert std.max() / std.min() > 100


@pytest.mark.parametrize(
    ("rows", "features", "files", "error"),
    [
        (0, 1, 1, UsageError),
        (10, 0, 1, UsageError),
        (20, 1, 17, UsageError),
        (4, 1, 1, DatasetError),
        (6, 1, 1, DatasetError),
    ],
)
def test_numbers_that_make_no_dataset(rows: int, features: int, files: int, error: type[Exception]) -> None:
    """Too few rows, for files or for both classes in both splits, are refused."""
    with pytest.raises(error):
        make_synthetic(rows, features, files)


def test_memory_does_not_grow_with_the_rows() -> None:
    """A process that makes two million rows needs hardly more memory than one that makes four hundred thousand."""
    code = (
        "import re, sys; from bench.datasets.makers.synthetic import make_synthetic;"
        "make_synthetic(int(sys.argv[1]), 28, name='big' + sys.argv[1]);"
        "print(re.search(r'VmHWM: *(\\d+)', open('/proc/self/status').read().replace(chr(9), ' ')).group(1))"
    )
    peaks = [
        json.loads(subprocess.run([sys.executable, "-c", code, rows], capture_output=True, check=True).stdout)
        for rows in ("400000", "2000000")
    ]
    assert peaks[1] < min(peaks[0] + 100_000, 1_000_000), f"{peaks} KiB"
