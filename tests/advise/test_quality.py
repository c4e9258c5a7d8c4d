"""Grades of more rows: on published curves, and turned around where less is better."""

from __future__ import annotations

import numpy as np
import pytest

from bench.advise.quality import forecast_grade
from bench.problems import PROBLEMS
from tests.advise.calibration_script import calibrate

AUC, RMSE = (PROBLEMS[name].metrics[0] for name in ("binary", "regression"))


def test_ten_times_the_rows_of_published_curves() -> None:
    """The error is 0.003 in the median at most, and 0.010 at most; "not worth it" is never wrong by 0.003.

    A gain within the tolerance of the grade is worth nothing.
    """
    errors, missed = [], []
    for curve in calibrate.published_curves():
        grades = {float(rows): value for rows, value in curve.get("grades", {}).items()}
        below = {rows: grades[rows] for rows in (1e4, 1e5, 1e6) if rows in grades}
        if len(below) == 3 and 1e7 in grades:
            found = forecast_grade(below, 1e7, AUC)
            assert found
            errors.append(abs(found.estimate - grades[1e7]))
            if found.most_gain < AUC.tolerance:
                missed.append(grades[1e7] - below[1e6] - AUC.tolerance)
    assert len(errors) >= 11
    assert np.median(errors) <= 0.003
    assert max(errors) <= 0.010
    assert len(missed) >= 3
    assert max(missed) <= 0.003


def test_where_less_is_better_it_falls() -> None:
    """An error that shrinks is forecast lower, its better end is the lower one, and never below nothing."""
    found = forecast_grade({1e4: 9.0, 1e5: 8.0, 1e6: 7.5}, 1e7, RMSE)
    assert found
    assert 7.0 < found.estimate < 7.5
    assert 0 <= found.high95 <= found.high80 <= found.estimate <= found.low80 <= found.low95


@pytest.mark.parametrize("grades", [{}, {1e4: 0.7, 1e5: 0.72}])
def test_two_sizes_say_nothing(grades: dict[float, float]) -> None:
    """Three numbers of a law need three sizes."""
    assert forecast_grade(grades, 1e7, AUC) is None


def test_a_flat_curve_is_not_worth_more_rows() -> None:
    """A grade that no longer moves is expected to stay, with hardly any gain."""
    found = forecast_grade({1e4: 0.70, 1e5: 0.7101, 1e6: 0.7102, 2e6: 0.7102}, 2e7, AUC)
    assert found
    assert found.most_gain < 0.003
