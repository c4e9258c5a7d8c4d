"""The order in which trainers get rows, which is the grade of hand-offs; their content is right or wrong."""

from __future__ import annotations

from bench.problems.metrics import Grading, Metric

# Of labels in a random order it is 0, give or take 1 / sqrt(rows); of rows that are sorted by their label nearly 1.
DELIVERY = Grading()
DELIVERY.name = "delivery"
DELIVERY.metrics = (
    Metric(
        "label_autocorrelation",
        "label autocorrelation",
        better=-1,
        tolerance=0.05,
        near=0.05,
        range=(-1.0, 1.0),
        digits=3,
    ),
)
