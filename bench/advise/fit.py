"""Fits what a strategy's time, or its memory, is made of: non-negative least squares on relative residuals; pure.

Each phase is a sum of terms that are not negative (Ernest, S. Venkataraman and others, NSDI 2016). A residual counts as
a share of the whole, so that a phase of one per cent of the time cannot pull at the rest, and sizes count alike. The
range is the top sixteenfold of the sizes: smaller ones follow other laws (caches, start-up).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from bench.scaling import REST, Scale, Terms, linear

Floats = npt.NDArray[np.float64]
TermsOf = Callable[[Scale], Terms]
RANGE = 16.0  # times the smallest size that is fitted, of the largest
HELD_OUT = (
    3.9  # times: sizes above the largest over this are held out; a little less than 4, for sizes that are not round
)
BETWEEN = np.geomspace(1.0, 2.0, 16).tolist()  # times the rows of a point, where terms are told apart
ALIKE = 1e-6  # singular value, of scaled columns, below which two terms are one


@dataclass(frozen=True)
class SizePoint:
    """The measurement of one size.

    Attributes:
        at: The scale.
        value: Seconds, or bytes.
        parts: Seconds of phases inside ``value``; none where nobody measured them.
    """

    at: Scale
    value: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class GrowthLaw:
    """A fitted law.

    Attributes:
        terms: The terms of each phase at any scale.
        weights: What a unit of each term costs, by phase.
    """

    terms: TermsOf
    weights: Mapping[str, Mapping[str, float]]

    def phases(self, at: Scale) -> dict[str, float]:
        """Return the value of each phase at a scale."""
        terms = _terms_with_rest(self.terms, at)
        return {
            phase: sum(weight * terms[phase][name] for name, weight in weights.items())
            for phase, weights in self.weights.items()
        }

    def __call__(self, at: Scale) -> float:
        """Return the value at a scale."""
        return max(1e-9, sum(self.phases(at).values()))


def no_terms(at: Scale) -> Terms:
    """Return what a strategy without the hook states: nothing, so that everything is `bench.scaling.linear`."""
    del at
    return {}


def fit(points: Sequence[SizePoint], terms: TermsOf = no_terms) -> GrowthLaw:
    """Return the law of a strategy.

    Args:
        points: At least one; several of one size count as several.
        terms: What it states of its phases. Phases that were not measured, and those not stated, are `REST`.
    """
    whole = np.array([point.value for point in points])
    stated = [_terms_with_rest(terms, point.at) for point in points]
    measured = [phase for phase in stated[0] if phase != REST and all(phase in point.parts for point in points)]
    parts = {phase: np.array([point.parts[phase] for point in points]) for phase in measured}
    parts[REST] = np.maximum(0.0, whole - sum(parts.values(), np.zeros(len(points))))
    return GrowthLaw(
        terms,
        {
            phase: _weights([each[phase] for each in stated], values, whole)
            for phase, values in parts.items()
            if values.any()
        },
    )


def most_terms(points: Sequence[SizePoint], terms: TermsOf = no_terms) -> int:
    """Return how many terms the phase with the most of them has, and so the points that it takes at least.

    Terms that are alike whatever the rows count as one, such as those of messages where all have as many workers.

    Args:
        points: The points that would be fitted.
        terms: As for `fit`.
    """
    scales = [replace(point.at, rows=point.at.rows * times) for point in points for times in BETWEEN]
    stated = [_terms_with_rest(terms, scale) for scale in scales]  # of the points alone no more than these would show
    return max(_distinct([[*each[phase].values()] for each in stated]) for phase in fit(points, terms).weights)


def _distinct(rows: Sequence[Sequence[float]]) -> int:
    """Return how many columns are no mixture of others."""
    columns = np.array(rows)
    return int(np.linalg.matrix_rank(columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300), tol=ALIKE))


def in_range(points: Sequence[SizePoint], times: float = RANGE) -> list[SizePoint]:
    """Return the points that are fitted: those of the top sizes.

    Args:
        points: The points.
        times: How many times the smallest of them the largest is at most.
    """
    largest = max(point.at.rows for point in points)
    return [point for point in points if point.at.rows * times >= largest * 0.99]


def held_out_error(points: Sequence[SizePoint], terms: TermsOf = no_terms) -> float | None:
    """Return the error at the largest sizes, as forecast from those up to a quarter of the largest.

    Args:
        points: The points that are fitted.
        terms: As for `fit`.

    Returns:
        The root of the mean squared error in logarithms; None where less than two sizes are left to fit.
    """
    most = max(point.at.rows for point in points) / HELD_OUT
    small = [point for point in points if point.at.rows <= most]
    large = [point for point in points if point.at.rows > most]
    if len({point.at.rows for point in small}) < 2:
        return None
    return missed(fit(small, terms), large)


def missed(law: GrowthLaw, points: Sequence[SizePoint]) -> float:
    """Return the root of the mean squared error of a law, in logarithms.

    Args:
        law: The law.
        points: What was measured.
    """
    return float(np.sqrt(np.mean([np.log(law(point.at) / point.value) ** 2 for point in points])))


def _terms_with_rest(terms: TermsOf, at: Scale) -> Terms:
    found = terms(at)
    return found if REST in found else {**found, REST: linear(at)}


def _weights(terms: Sequence[Mapping[str, float]], values: Floats, whole: Floats) -> dict[str, float]:
    """Return what a unit of each term costs in one phase; columns are scaled, since rows outweigh a one by far."""
    names = list(terms[0])
    columns = np.array([[each[name] for name in names] for each in terms]) / whole[:, None]
    scale = np.maximum(columns.max(axis=0), 1e-300)
    found = nnls(columns / scale, values / whole)[0] / scale
    return dict(zip(names, found.tolist(), strict=True))
