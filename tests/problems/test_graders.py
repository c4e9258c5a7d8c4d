"""Rows that are graded part by part get the grades of all rows at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.model import Dataset
from bench.problems import PROBLEMS

DATASET = Dataset("d", "", "label", ("x",), 0, 0, 0, (0.0,), (1.0,), "")
CLASSES = ("a", "b", "c", "never")


def _rows(kind: str, rows: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and predictions, with many ties and with scores of 0 and 1."""
    if kind == "regression":
        return generator.normal(size=rows).astype(np.float32), generator.normal(size=rows).astype(np.float32)
    if kind == "binary":
        scores = generator.random(rows).round(2) if rows > 100 else generator.integers(0, 2, rows)
        return generator.integers(0, 2, rows).astype(np.float32), scores.astype(np.float32)
    scores = generator.dirichlet(np.ones(len(CLASSES)), rows).astype(np.float32)
    return generator.integers(0, len(CLASSES) - 1, rows).astype(np.float32), scores


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rows", [40, 3000])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_parts_give_the_grades_of_the_whole(kind: str, rows: int, weighted: bool, tmp_path: Path) -> None:
    """Whatever the parts, the grades are the same; so is the worst answer that somebody who learned gives."""
    generator = np.random.default_rng(rows + weighted)
    problem = PROBLEMS[kind]
    classes = {"multiclass": CLASSES, "binary": ("0", "1"), "regression": ()}[kind]
    shares = tuple(0.25 for _ in CLASSES) if kind == "multiclass" else ()
    dataset = replace(DATASET, problem=kind, classes=classes, class_shares=shares, label_mean=0.7)
    labels, scores = _rows(kind, rows, generator)
    weights = generator.integers(0, 3, rows).astype(np.float32) if weighted else None
    grader = problem.grader(dataset, tmp_path)
    assert grader is not None
    for part in np.array_split(generator.permutation(rows), 7):
        grader.add(labels[part], {"score": scores[part]}, None if weights is None else weights[part])
    assert grader.grades() == pytest.approx(problem.grade(labels, {"score": scores}, weights), rel=1e-12, abs=1e-12)
    expected = problem.worst(dataset, labels, weights)
    assert problem.worst(dataset, *grader.representatives()) == (expected and pytest.approx(expected, rel=1e-9))


def test_one_class_has_no_grade(tmp_path: Path) -> None:
    """Where the rows allow no grade, neither do their parts."""
    grader = PROBLEMS["binary"].grader(DATASET, tmp_path)
    assert grader is not None
    grader.add(np.ones(5, np.float32), {"score": np.linspace(0, 1, 5, dtype=np.float32)}, None)
    assert grader.grades() == {}
