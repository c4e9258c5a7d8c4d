"""Grades are exact, and independent of the order in which rows were scored."""

from dataclasses import replace

import numpy as np
import pytest

from bench import PredictionWriter, Strategy
from bench.datasets.makers.synthetic import make_synthetic
from bench.problems.base import InvalidAnswerError
from bench.request import Request
from bench.runs import plan
from bench.trial import quality


def _labels(dataset):
    import pyarrow.parquet as pq

    table = pq.read_table(dataset.split("test"), partitioning=None)
    return table["row_id"].to_numpy(), table[dataset.label].to_numpy()


def _graded(dataset, path, row_ids, scores, least=None):
    with PredictionWriter(path / "predictions.parquet") as writer:
        writer.write(row_ids, scores)
    return quality.grade(dataset, ("test",), writer.path, least=least)


def test_grades_are_those_of_the_definition(tiny, tmp_path):
    """AUC is the share of pairs in the right order, ties counted half; log loss the mean of -log p."""
    row_ids, labels = _labels(tiny)
    scores = np.random.default_rng(0).integers(1, 9, len(labels)).astype(np.float32) / 10
    grades = _graded(tiny, tmp_path, row_ids, scores)
    differences = scores[labels == 1][:, None] - scores[labels == 0][None, :]
    assert grades["auc"] == pytest.approx((np.sign(differences).mean() + 1) / 2, abs=1e-12)
    likelihood = np.where(labels == 1, scores, 1 - scores).astype(np.float64)
    assert grades["log_loss"] == pytest.approx(-np.log(likelihood).mean(), abs=1e-6)


def test_order_of_rows_does_not_matter(tiny, tmp_path):
    """Predictions may come in any order: they are matched by row_id."""
    row_ids, labels = _labels(tiny)
    noise = np.random.default_rng(0).random(len(labels), np.float32)
    scores = 0.3 * labels + 0.5 * noise
    shuffled = np.random.default_rng(1).permutation(len(labels))
    assert _graded(tiny, tmp_path, row_ids, scores) == _graded(tiny, tmp_path, row_ids[shuffled], scores[shuffled])


def test_falling_below_the_floor_is_invalid(tiny, tmp_path):
    """An AUC that no correct implementation has is no result, but the grades are kept."""
    row_ids, labels = _labels(tiny)
    with pytest.raises(InvalidAnswerError, match=r"below 0\.9") as caught:
        _graded(tiny, tmp_path, row_ids, np.random.default_rng(0).random(len(labels)), 0.9)
    assert 0.4 < caught.value.grades["auc"] < 0.6


@pytest.mark.parametrize(
    ("family", "epochs", "holds"),
    [("mlp", 4, False), ("mlp", 5, True), ("mlp_lbfgs", 5, False), ("mlp_lbfgs", 10, True)],
)
def test_a_floor_holds_from_enough_training_on(tiny, family, epochs, holds):
    """That is the default, or more where a family has learned nothing by then."""
    dataset = replace(tiny, floors={family: 0.65})
    (planned,) = plan.make(Request(epochs=epochs), {"x": Strategy(family)}, dataset)
    assert quality.floor(planned) == (0.65 if holds else None)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_who_knows_the_labels_is_found_out(tmp_path, kind):
    """Where the best possible grade is known, an answer that is the labels, nearly, is no result."""
    dataset = make_synthetic(20_000, 8, kind=kind).dataset
    row_ids, labels = _labels(dataset)
    near = {
        "binary": lambda: 0.01 + 0.98 * labels,
        "multiclass": lambda: 0.01 + 0.97 * np.eye(3)[labels.astype(int)],
        "regression": lambda: labels + np.arange(len(labels)) % 2,
    }[kind]()
    with PredictionWriter(tmp_path / "predictions.parquet", 3 if kind == "multiclass" else 0) as writer:
        writer.write(row_ids, near)
    with pytest.raises(
        InvalidAnswerError, match=r"better than \d[\d.]+, the best that is possible: it knows the labels"
    ):
        quality.grade(dataset, ("test",), writer.path)
    assert quality.grade(replace(dataset, best=None), ("test",), writer.path)


def test_certain_and_wrong_stays_finite(tiny, tmp_path):
    """Scores of exactly 0 and 1 give a large but finite log loss."""
    row_ids, labels = _labels(tiny)
    assert np.isfinite(_graded(tiny, tmp_path, row_ids, 1 - labels)["log_loss"])


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"row_id": [1]}, "no column score"),
        ({"row_id": [1.5], "score": [0.5]}, "integer row_id"),
        ({"row_id": [1], "score": ["a"]}, "floating-point score"),
        ({"row_id": [None, 1], "score": [0.5, 0.5]}, "nulls"),
    ],
)
def test_unusable_predictions_are_invalid(tiny, tmp_path, columns, sentence):
    """Predictions with other columns or types are refused with what is wrong."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), tmp_path / "predictions.parquet")
    with pytest.raises(InvalidAnswerError, match=sentence):
        quality.grade(tiny, ("test",), tmp_path / "predictions.parquet")


def test_a_directory_of_files_counts_as_one(tiny, tmp_path):
    """Spark writes a directory with marker files: all its Parquet counts, and nothing else."""
    row_ids, labels = _labels(tiny)
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "_SUCCESS").write_text("")
    for part in range(2):
        with PredictionWriter(parts / f"part-{part}.parquet") as writer:
            writer.write(row_ids[part::2], (0.2 + 0.6 * labels)[part::2])
    assert quality.grade(tiny, ("test",), parts)["auc"] == 1.0
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidAnswerError, match="no Parquet file"):
        quality.grade(tiny, ("test",), tmp_path / "empty")


def _reference(path, row_ids, scores):
    with PredictionWriter(path / "reference.parquet") as writer:
        writer.write(row_ids[::-1], scores[::-1])
    return writer.path


@pytest.mark.parametrize(("change", "status"), [(0.9e-5, "ok"), (1.2e-5, "differs by 1.2e-05")])
def test_scores_equal_the_references_within_the_tolerance(tiny, tmp_path, change, status):
    """One score that differs by more than 1e-5 from the reference's makes the answer invalid."""
    row_ids, labels = _labels(tiny)
    scores = 0.25 + 0.5 * np.random.default_rng(0).random(len(labels), np.float32)
    reference = _reference(tmp_path, row_ids, scores)
    scores[7] += change
    with PredictionWriter(tmp_path / "predictions.parquet") as writer:
        writer.write(row_ids, scores)
    if status == "ok":
        grades = quality.grade(tiny, ("test",), writer.path, reference=reference)
        assert grades["max_difference"] == pytest.approx(change, rel=0.02)
    else:
        with pytest.raises(InvalidAnswerError, match=status):
            quality.grade(tiny, ("test",), writer.path, reference=reference)


def test_a_part_of_the_rows_is_graded_as_what_it_is(tiny, tmp_path):
    """Where a strategy says that it scored so many rows, exactly as many must be there, each once."""
    row_ids, labels = _labels(tiny)
    scores = 0.25 + 0.5 * np.random.default_rng(0).random(len(labels), np.float32)
    reference = _reference(tmp_path, row_ids, scores)
    with PredictionWriter(tmp_path / "part.parquet") as writer:
        writer.write(row_ids[:50], scores[:50])
    grades = quality.grade(tiny, ("test",), writer.path, reference=reference, scored=50)
    assert grades["max_difference"] == 0.0
    with pytest.raises(InvalidAnswerError, match="50 rows were scored, and it says 51"):
        quality.grade(tiny, ("test",), writer.path, reference=reference, scored=51)
    with PredictionWriter(tmp_path / "twice.parquet") as writer:
        writer.write(np.repeat(row_ids[:25], 2), np.repeat(scores[:25], 2))
    with pytest.raises(InvalidAnswerError, match="50 rows were scored instead of 25"):
        quality.grade(tiny, ("test",), writer.path, reference=reference, scored=50)


def test_leaving_rows_out_before_the_budget_is_spent_is_invalid():
    """A budget is no excuse for what was left out with time to spare."""
    quality.check_budget(predict_s=50.0, budget_s=60.0)
    with pytest.raises(InvalidAnswerError, match=r"after 40\.0 of the 60 s"):
        quality.check_budget(predict_s=40.0, budget_s=60.0)
