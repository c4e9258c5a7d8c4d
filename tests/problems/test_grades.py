"""Grades are scikit-learn's within 1e-9, with weights and without, whatever the labels and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from bench.problems import PROBLEMS

EXACT = 1e-9


@dataclass(frozen=True)
class Made:
    """Labels, answers to them, and weights."""

    labels: np.ndarray[Any, Any]
    scores: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any] | None

    def graded(self, problem: str) -> dict[str, float]:
        """Return our grades."""
        return PROBLEMS[problem].grade(self.labels.astype(np.float32), {"score": self.scores}, self.weights)


@st.composite
def made(draw: st.DrawFn, problem: str) -> Made:
    """Draw labels and answers: few different ones, so that many are tied, or all different."""
    rows = draw(st.integers(2, 60))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    classes = draw(st.integers(2, 8)) if problem == "multiclass" else 2
    levels = draw(st.sampled_from([2, 3, 10, 0]))  # different answers; 0: as many as there are

    def answers(*shape: int) -> np.ndarray[Any, Any]:
        return generator.integers(0, levels, shape) / levels if levels else generator.random(shape)

    weights = generator.integers(0, 4, rows).astype(np.float32) if draw(st.booleans()) else None
    if weights is not None and draw(st.booleans()):
        weights = (weights * generator.random(rows) * 10).astype(np.float32)
    if problem == "regression":
        labels = (answers(rows) * draw(st.sampled_from([1e-3, 1.0, 1e6]))).astype(np.float32)
        return Made(labels, (labels + answers(rows)).astype(np.float32), weights)
    labels = generator.integers(0, draw(st.integers(1, classes)), rows)  # the last classes may be absent
    if problem == "binary":
        return Made(labels, answers(rows).astype(np.float32), weights)
    shares = answers(rows, classes) + 0.01
    return Made(labels, (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32), weights)


def told(found: Made) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """Return the rows that count, in the precision that scikit-learn is to compute in."""
    counted = slice(None) if found.weights is None else found.weights > 0
    weights = None if found.weights is None else found.weights[counted].astype(np.float64)
    return found.labels[counted], found.scores[counted].astype(np.float64), weights


@given(found=made("binary"))
@settings(max_examples=300, deadline=None)
def test_two_classes(found: Made) -> None:
    """The area under the ROC curve, -log p(label) and average precision; nothing where one label counts."""
    labels, scores, weights = told(found)
    grades = found.graded("binary")
    if len(np.unique(labels)) < 2:
        assert grades == {}
        return
    likelihood = np.maximum(np.where(labels == 1, scores, 1 - scores), np.finfo(np.float32).eps)
    assert grades == {
        "auc": pytest.approx(metrics.roc_auc_score(labels, scores, sample_weight=weights), abs=EXACT),
        "log_loss": pytest.approx(np.average(-np.log(likelihood), weights=weights), abs=1e-6),
        "average_precision": pytest.approx(
            metrics.average_precision_score(labels, scores, sample_weight=weights), abs=EXACT
        ),
    }


@given(found=made("multiclass"))
@settings(max_examples=300, deadline=None)
def test_many_classes(found: Made) -> None:
    """Classes that no row is of count in no mean; of a single class there is nothing to say."""
    labels, scores, weights = told(found)
    present = np.unique(labels)
    grades = found.graded("multiclass")
    if len(present) < 2:
        assert grades == {}
        return
    best = found.scores.argmax(axis=1)[slice(None) if found.weights is None else found.weights > 0]
    areas = [metrics.roc_auc_score(labels == code, scores[:, code], sample_weight=weights) for code in present]
    recalls = metrics.recall_score(
        labels, best, labels=present, average=None, sample_weight=weights, zero_division=np.nan
    )
    assert grades == {
        "log_loss": pytest.approx(
            np.average(-np.log(scores[np.arange(len(labels)), labels]), weights=weights), abs=EXACT
        ),
        "accuracy": pytest.approx(metrics.accuracy_score(labels, best, sample_weight=weights), abs=EXACT),
        "balanced_accuracy": pytest.approx(recalls.mean(), abs=EXACT),
        "macro_auc": pytest.approx(np.mean(areas), abs=EXACT),
    }


@given(found=made("regression"))
@settings(max_examples=300, deadline=None)
def test_numbers(found: Made) -> None:
    """Errors are of the label's size, so they are compared by their share; nothing where all labels are one."""
    labels, scores, weights = told(found)
    if len(np.unique(labels)) < 2 or np.array_equal(labels, scores):
        return
    labels = labels.astype(np.float64)
    grades = found.graded("regression")
    squared = metrics.mean_squared_error(labels, scores, sample_weight=weights)
    assert grades == {
        "rmse": pytest.approx(np.sqrt(squared), rel=EXACT),
        "mae": pytest.approx(metrics.mean_absolute_error(labels, scores, sample_weight=weights), rel=EXACT),
        "r2": pytest.approx(metrics.r2_score(labels, scores, sample_weight=weights), rel=EXACT, abs=EXACT),
    }


def test_a_thousand_classes() -> None:
    """Many classes, each with a few rows, are graded as scikit-learn grades them all at once."""
    generator = np.random.default_rng(0)
    labels = np.tile(np.arange(1000), 4)
    shares = generator.random((len(labels), 1000), np.float32) + 1e-3
    shares[np.arange(len(labels)), labels] += generator.random(len(labels), np.float32) * 3
    scores = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    grades = Made(labels, scores, None).graded("multiclass")
    exact = scores.astype(np.float64) / scores.sum(axis=1, keepdims=True, dtype=np.float64)
    assert grades["log_loss"] == pytest.approx(metrics.log_loss(labels, exact), abs=1e-6)
    assert grades["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(labels, scores.argmax(1)))
    assert grades["macro_auc"] == pytest.approx(metrics.roc_auc_score(labels, exact, multi_class="ovr"), abs=1e-6)
