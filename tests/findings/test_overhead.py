"""The harness's own overhead, on a quiet machine and on a busy one."""

from bench.findings.cases import cases
from bench.findings.overhead import overhead
from bench.report.page import page
from tests.report.made import MadeCase, make_run
from tests.report.test_text import shown

BUSY = MadeCase(0.0, foreign=1.4)


def test_the_undisturbed_trials_of_the_control_count() -> None:
    """It is judged from end to end: a busy start spoils it, though there is no work that could be spoilt."""
    run = make_run([("null", MadeCase([0.0, 5.0, 0.0]))], repeats=3)
    run.records[1]["resources"]["foreign_cpu_share"] = 0.5
    found = overhead(cases(run.records))
    assert found is not None
    assert (round(found.seconds, 2), found.cause) == (1.36, None)


def test_a_disturbed_overhead_is_marked() -> None:
    """Where others disturbed each trial of the control, terminal and page say so beside the figure."""
    mark = "the wall time of strategy null, disturbed (others 1.4 cores)"
    assert mark in shown(("null", BUSY), ("xgboost", MadeCase(1.0)), task="train")
    assert "disturbed" not in shown(("null", MadeCase(0.0)), ("xgboost", MadeCase(1.0)), task="train")
    [panel] = page([make_run([("null", BUSY), ("xgboost", MadeCase(1.0))])]).panels
    assert mark in panel.provenance[0].facts["overhead of the harness itself"]
