"""Synthetic datasets depend on their seed only, need flat memory, and their best grade is known."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn import ensemble
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from bench.datasets.makers import synthetic
from bench.datasets.makers.laws import Law, ManyClasses, Numbers, TwoClasses, draw_law, random_generator
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError, UsageError
from bench.problems import PROBLEMS
from tests.datasets.conftest import content

pytestmark = pytest.mark.usefixtures("home")


KINDS = [("binary", None), ("multiclass", 5), ("regression", None)]


@pytest.mark.parametrize(("kind", "classes"), KINDS)
def test_the_content_depends_on_the_seed_only(kind: str, classes: int | None) -> None:
    """Another number of files gives the same rows and the same fingerprint, and another seed gives others."""
    one, more, other = (
        make_synthetic(150_000, 3, files, seed, kind=kind, classes=classes, name=f"{files}-{seed}")
        for files, seed in ((1, 0), (5, 0), (1, 1))
    )
    assert one.dataset.fingerprint == more.dataset.fingerprint != other.dataset.fingerprint
    assert content(one) == content(more)
    assert (len(one.files), len(more.files)) == (2, 7)
    assert one.dataset.problem == kind


@pytest.mark.parametrize(("kind", "classes"), KINDS)
def test_fewer_rows_are_the_beginning_of_more(kind: str, classes: int | None) -> None:
    """The first rows do not depend on how many follow."""
    few, many = (content(make_synthetic(rows, 2, kind=kind, classes=classes)) for rows in (70_000, 200_000))
    for split in ("train", "test"):
        assert few[split] == many[split].slice(0, len(few[split]))


def test_rows_are_those_of_before() -> None:
    """Datasets of two classes are the same as before there were other kinds, to the last bit."""
    assert make_synthetic(10_000, 4, name="same").dataset.fingerprint == "2614caeb02836654802518d9fcaa21ff"


def test_all_kinds_have_the_same_features() -> None:
    """A dataset of another kind differs in its label only."""
    first, *others = (content(make_synthetic(20_000, 9, kind=kind, classes=classes)) for kind, classes in KINDS)
    for other in others:
        for split, table in first.items():
            assert table.drop_columns(["label"]) == other[split].drop_columns(["label"])


def redrawn(kind: str, rows: int, features: int, classes: int = 0) -> tuple[Law, np.ndarray, np.ndarray]:
    """Return the law, and the standard normal features and the labels of a dataset of seed 0."""
    generator = random_generator(0, 0)
    law = draw_law(kind, generator, 0, features, classes)
    places = synthetic._places(generator, features)
    columns = np.concatenate(list(synthetic._portions(law, places, rows, 0)), axis=1)
    return law, ((columns[1:] - places[1]) / places[0]).astype(np.float32), columns[0]


def test_the_best_auc_is_that_of_the_true_probabilities() -> None:
    """The best AUC in the manifest is what the true probabilities reach on the labels that were drawn."""
    best = make_synthetic(400_000, 6).dataset.best
    law, normal, labels = redrawn("binary", 400_000, 6)
    assert isinstance(law, TwoClasses)
    # Four standard errors: Hanley and McNeil (1982) give 0.0007 for so many rows at most.
    assert best == pytest.approx(roc_auc_score(labels, law.probabilities(normal)), abs=0.003)


@pytest.mark.parametrize("classes", [3, 40])
def test_the_best_log_loss_is_that_of_the_true_probabilities(classes: int) -> None:
    """The best log loss in the manifest is what the true probabilities reach on the labels that were drawn."""
    best = make_synthetic(200_000, 6, kind="multiclass", classes=classes).dataset.best
    law, normal, labels = redrawn("multiclass", 200_000, 6, classes)
    assert isinstance(law, ManyClasses)
    scores = np.stack([score.of(normal) for score in law._scores], axis=1)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    # Five standard errors: a row's surprise deviates by 1 at most.
    assert best == pytest.approx(log_loss(labels, shares), abs=0.012)
    expected = shares.mean(axis=0)
    assert np.bincount(labels.astype(int), minlength=classes) / len(labels) == pytest.approx(expected, abs=0.006)


def test_the_best_error_is_that_of_the_true_means() -> None:
    """The best error in the manifest is the deviation of the labels from their expectation."""
    best = make_synthetic(200_000, 6, kind="regression").dataset.best
    law, normal, labels = redrawn("regression", 200_000, 6)
    assert isinstance(law, Numbers)
    noise = labels - (law.offset + law.scale * law._score.of(normal))
    assert best == pytest.approx(noise.std(), rel=0.007)  # four standard errors
    assert abs(noise.mean()) < 1.0


@pytest.mark.parametrize(
    ("kind", "classes", "model"),
    [pytest.param("multiclass", 3, "Classifier", marks=pytest.mark.slow), ("regression", None, "Regressor")],
)
def test_models_of_other_kinds_lie_between_baseline_and_best(kind: str, classes: int | None, model: str) -> None:
    """Trees get nearer to the best grade than a linear model, and none gets below it."""
    manifest = make_synthetic(60_000, 12, kind=kind, classes=classes)
    dataset = manifest.dataset
    splits = content(manifest)
    train, test = (np.stack([table[name].to_numpy() for name in dataset.features], 1) for table in splits.values())
    labels, truth = (table["label"].to_numpy() for table in splits.values())
    mean, std = np.array(dataset.means), np.array(dataset.stds)
    linear = LogisticRegression() if classes else LinearRegression()
    trees = getattr(ensemble, f"HistGradientBoosting{model}")(max_iter=40, random_state=0)
    problem = PROBLEMS[kind]
    grades = []
    for fitted in (linear, trees):
        fitted.fit((train - mean) / std, labels)
        answer = (fitted.predict_proba if classes else fitted.predict)((test - mean) / std)
        grades.append(problem.grade(truth, {"score": answer.astype(np.float32)})[problem.metrics[0].name])
    worst = problem.worst(dataset, truth, None)
    assert dataset.best is not None
    assert worst is not None
    assert dataset.best < grades[1] < 0.95 * grades[0] < grades[0] < 0.9 * worst


def test_models_order_as_they_should() -> None:
    """A linear model learns something, trees learn more, both stay below the best, and unscaled features hurt."""
    manifest = make_synthetic(60_000, 12)
    splits = content(manifest)
    train, test = (
        np.stack([table[name].to_numpy() for name in manifest.dataset.features], 1) for table in splits.values()
    )
    labels, truth = (table["label"].to_numpy() for table in splits.values())
    mean, std = np.array(manifest.dataset.means), np.array(manifest.dataset.stds)
    models = LogisticRegression(), ensemble.HistGradientBoostingClassifier(max_iter=40, random_state=0)
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


@pytest.mark.parametrize(
    ("kind", "classes", "sentence"),
    [
        ("binary", 2, "Labels of kind binary have no number of classes to choose"),
        ("multiclass", 2, "2 is no number of classes: give one from 3 to 1,000"),
        ("multiclass", 1001, "1001 is no number of classes"),
        ("ranking", None, "no law for labels of kind 'ranking': choose binary, regression or multiclass"),
    ],
)
def test_kinds_that_make_no_dataset(kind: str, classes: int | None, sentence: str) -> None:
    """A kind without a law, and a number of classes that it does not have, are refused."""
    with pytest.raises(UsageError, match=sentence):
        make_synthetic(1000, 3, kind=kind, classes=classes)


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
