"""Each kind of problem: its labels are stored, its answers graded as scikit-learn does, and its wrong ones refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from bench import Dataset, PredictionWriter, rows
from bench.datasets import load_manifest
from bench.datasets.format.fingerprint import verify_content
from bench.datasets.format.manifest import read_manifest
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.shuffled import build_shuffled
from bench.errors import DatasetError
from bench.problems import PROBLEMS, InvalidAnswerError
from bench.trial import quality

ROWS = 5_000
CLASSES = ("ape", "bee", "cow")
Make = Callable[..., Dataset]


def drawn(kind: str) -> np.ndarray:
    """Return a label, a weight and two features, float32 of shape (4, rows); the label depends on the first feature."""
    generator = np.random.default_rng(0)
    first, second, noise = generator.standard_normal((3, ROWS))
    weight = generator.integers(0, 4, ROWS)
    label = {
        "binary": first + noise > 0,
        "multiclass": np.digitize(first + noise, (-1, 1)),
        "regression": 100 + 20 * (first + noise),
    }[kind]
    return np.stack([label, weight, first, second]).astype(np.float32)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that makes a dataset of a kind, with weights or without."""

    def make(kind: str, *, weighted: bool) -> Dataset:
        columns = drawn(kind)
        classes = {"binary": ("no", "yes"), "multiclass": CLASSES}.get(kind, ())
        layout = Layout("label", ("x", "y"), kind, classes, "weight" if weighted else "")
        directory = tmp_path / f"{kind}-{weighted}"
        directory.mkdir()
        portions = [(columns if weighted else columns[[0, 2, 3]], None)]
        build_shuffled(directory, kind, layout, portions, ROWS)
        return load_manifest(directory)

    return make


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", list(PROBLEMS))
def test_a_dataset_holds_its_kind(make: Make, kind: str, weighted: bool) -> None:
    """The manifest has what the labels are like, the files have labels and weights, and the fingerprint is of all."""
    dataset = make(kind, weighted=weighted)
    manifest = read_manifest(dataset.path)
    verify_content(manifest)
    features, labels, weights = rows.open(dataset, "train").matrix(1)
    assert (weights is not None) == weighted
    assert dataset.problem == kind
    assert len(features) == dataset.train_rows == manifest.labels["train"]["rows"]
    assert dataset.label_mean == pytest.approx(labels.mean(dtype=np.float64))
    assert dataset.label_std == pytest.approx(labels.std(dtype=np.float64))
    assert dataset.weight_mean == pytest.approx(weights.mean(dtype=np.float64) if weighted else 1)
    if dataset.classes:
        counts = np.bincount(labels.astype(int))
        assert manifest.labels["train"]["counts"] == counts.tolist()
        assert dataset.class_shares == pytest.approx(counts / len(labels))
    else:
        assert manifest.labels["train"]["quantiles"]["0.5"] == pytest.approx(np.median(labels))
    batches = list(rows.open(dataset, "train").labelled_batches(1000))
    assert np.array_equal(np.concatenate([batch[1] for batch in batches]), labels)
    if weighted:
        assert np.array_equal(np.concatenate([batch[2] for batch in batches]), weights)


def test_equal_columns_of_two_kinds_have_two_fingerprints(make: Make, tmp_path: Path) -> None:
    """Zeros and ones as numbers are another dataset than as classes."""
    as_classes = make("binary", weighted=False)
    (tmp_path / "numbers").mkdir()
    columns = drawn("binary")[[0, 2, 3]]
    build_shuffled(
        tmp_path / "numbers", "numbers", Layout("label", ("x", "y"), "regression", ()), [(columns, None)], ROWS
    )
    as_numbers = load_manifest(tmp_path / "numbers")
    assert as_numbers.rows == as_classes.rows
    assert as_numbers.fingerprint != as_classes.fingerprint


def test_the_order_of_the_input_does_not_matter(tmp_path: Path) -> None:
    """Rows that differ in label or weight only have places of their own, whatever order they came in."""
    columns = np.repeat(drawn("regression")[:, :500], 3, axis=1)
    columns[0] += np.tile(np.arange(3), 500)
    layout = Layout("label", ("x", "y"), "regression", (), "weight")
    fingerprints = set()
    for name, order in (("one", np.arange(1500)), ("other", np.random.default_rng(1).permutation(1500))):
        (tmp_path / name).mkdir()
        build_shuffled(tmp_path / name, "any", layout, [(columns[:, order], None)], 1500)
        fingerprints.add(load_manifest(tmp_path / name).fingerprint)
    assert len(fingerprints) == 1


def test_labels_that_are_all_alike_are_refused(tmp_path: Path) -> None:
    """A number that never changes cannot be learned, and nothing can be judged by it."""
    columns = drawn("regression")[[0, 2, 3]]
    columns[0] = 7
    with pytest.raises(DatasetError, match="is the same in all rows in the split 'train'"):
        build_shuffled(tmp_path, "flat", Layout("label", ("x", "y"), "regression", ()), [(columns, None)], ROWS)


def graded(dataset: Dataset, directory: Path, answer: Callable[[np.ndarray, np.ndarray], Any]) -> dict[str, float]:
    """Grade an answer out of features and labels of the test split."""
    test = rows.open(dataset, "test")
    row_ids = np.concatenate([row_ids for row_ids, _ in test.batches()])
    features, labels, _ = test.matrix(1)
    width = PROBLEMS[dataset.problem].width(dataset)
    with PredictionWriter(directory / "predictions.parquet", width) as writer:
        writer.write(row_ids, answer(features, labels))
    return quality.grade(dataset, ("test",), writer.path, beats_chance=True)


def good(kind: str, features: np.ndarray) -> np.ndarray:
    """Return a fair answer."""
    first = features[:, 0]
    if kind == "binary":
        return 1 / (1 + np.exp(-first))
    if kind == "regression":
        return 100 + 20 * first
    odds = np.exp(np.stack([-first, np.zeros_like(first), first], axis=1))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", list(PROBLEMS))
def test_grades_are_scikit_learns(make: Make, tmp_path: Path, kind: str, weighted: bool) -> None:
    """Each grade equals scikit-learn's, with weights and without."""
    dataset = make(kind, weighted=weighted)
    features, labels, weights = rows.open(dataset, "test").matrix(1)
    found = graded(dataset, tmp_path, lambda features, _: good(kind, features))
    answer, counted = good(kind, features.astype(np.float64)), {"sample_weight": weights}
    if kind == "binary":
        expected = [
            metrics.roc_auc_score(labels, answer, **counted),
            metrics.log_loss(labels, answer, **counted),
            metrics.average_precision_score(labels, answer, **counted),
        ]
    elif kind == "multiclass":
        codes, best = labels.astype(int), answer.argmax(axis=1)
        areas = [metrics.roc_auc_score(codes == code, answer[:, code], **counted) for code in range(3)]
        expected = [
            metrics.log_loss(codes, answer, **counted),
            metrics.accuracy_score(codes, best, **counted),
            metrics.balanced_accuracy_score(codes, best, **counted),
            np.mean(areas),
        ]
    else:
        expected = [
            metrics.root_mean_squared_error(labels, answer, **counted),
            metrics.mean_absolute_error(labels, answer, **counted),
            metrics.r2_score(labels, answer, **counted),
        ]
    names = [metric.name for metric in PROBLEMS[kind].metrics]
    assert found == pytest.approx(dict(zip(names, expected, strict=True)), rel=1e-6)


WRONG = {
    "constant": ("regression", lambda _, labels: np.full(len(labels), labels.mean()), "all scores are equal"),
    "the label": ("regression", lambda _, labels: labels, "its predictions are the labels themselves"),
    "NaN": ("regression", lambda _, labels: np.where(labels > 100, np.nan, labels), "NaN or infinite"),
    "worse than the mean": (
        "regression",
        lambda features, _: 100 - 20 * features[:, 0],
        r"an RMSE of \d+\.\d+ is above \d+\.\d+, which an answer that knows no feature, and a margin, reaches",
    ),
    "no sum of 1": ("multiclass", lambda features, _: good("multiclass", features) / 2, "sum to 0.5 instead of 1"),
    "one distribution": ("multiclass", lambda _, labels: np.tile([0.2, 0.5, 0.3], (len(labels), 1)), "all scores are"),
    "worse than the prior": (
        "multiclass",
        lambda features, _: good("multiclass", -features),
        r"a log loss of \d\.\d+ is above \d\.\d+",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_answers_are_refused(make: Make, tmp_path: Path, wrong: str) -> None:
    """What no model gives, or none that has learned from its rows, is no result."""
    kind, answer, sentence = WRONG[wrong]
    with pytest.raises(InvalidAnswerError, match=sentence):
        graded(make(kind, weighted=False), tmp_path, answer)


@pytest.mark.parametrize(("deviations", "fits"), [(0.9e-5, True), (3e-5, False)])
def test_numbers_may_lie_apart_in_their_own_unit(make: Make, tmp_path: Path, deviations: float, fits: bool) -> None:
    """A number equals the reference's within 1e-5 of the label's deviation, and some roundings of float32."""
    dataset = make("regression", weighted=False)
    row_ids = np.concatenate([row_ids for row_ids, _ in rows.open(dataset, "test").batches()])
    numbers = 100 + 20 * np.random.default_rng(0).standard_normal(len(row_ids))
    paths = []
    for name, answer in (("model", numbers), ("strategy", numbers + deviations * dataset.label_std)):
        with PredictionWriter(tmp_path / f"{name}.parquet") as writer:
            writer.write(row_ids, answer)
        paths.append(writer.path)
    if fits:
        quality.grade(dataset, ("test",), paths[1], reference=paths[0])
    else:
        with pytest.raises(InvalidAnswerError, match=r"differs by .+ from what the model gives, more than"):
            quality.grade(dataset, ("test",), paths[1], reference=paths[0])


def test_predictions_of_another_shape_are_refused(make: Make, tmp_path: Path) -> None:
    """One number where a probability of each class belongs is a sentence, and so are rows of unlike length."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dataset = make("multiclass", weighted=False)
    row_ids = np.concatenate([row_ids for row_ids, _ in rows.open(dataset, "test").batches()])
    with PredictionWriter(tmp_path / "flat.parquet") as writer:
        writer.write(row_ids, np.full(len(row_ids), 0.5))
    ragged = pa.array(
        [[0.5, 0.5], [0.1, 0.2, 0.3, 0.4]] + [[0.2, 0.3, 0.5]] * (len(row_ids) - 2), pa.list_(pa.float32())
    )
    pq.write_table(pa.table({"row_id": row_ids, "score": ragged}), tmp_path / "ragged.parquet")
    for name in ("flat", "ragged"):
        with pytest.raises(InvalidAnswerError, match="a floating-point score of 3 values in each row"):
            quality.grade(dataset, ("test",), tmp_path / f"{name}.parquet")
