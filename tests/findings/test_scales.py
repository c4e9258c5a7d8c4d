"""Scaling by workers, where others disturbed some of the cases."""

import pytest

from bench.findings.cases import cases
from bench.findings.scales import scaling
from tests.report.made import MadeCase, make_run


@pytest.mark.parametrize(
    ("busy", "speedups"), [((), [1.0, 1.5, 3.0]), ((1,), [None, None, None]), ((2,), [1.0, None, 3.0])]
)
def test_a_disturbed_base_gives_no_scaling(busy: tuple[int, ...], speedups: list[float | None]) -> None:
    """Against two workers a speed-up means something else than against one, so that none is told."""
    seconds = {1: 6.0, 2: 4.0, 4: 2.0}
    made = [
        ("xgboost_spark", MadeCase(value, workers=workers, foreign=1.5 if workers in busy else 0.0, family="gbt"))
        for workers, value in seconds.items()
    ]
    found = sorted(cases(make_run(made, repeats=5).records), key=lambda case: case.workers)
    told = [scaling(case, found) for case in found]
    assert [scales and round(scales.speedup, 0 if scales.speedup > 2 else 1) for scales in told] == speedups
