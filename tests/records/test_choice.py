"""Which record of a trial counts, of several."""

from typing import Any

import pytest

from bench.cli.execute import exit_code
from bench.records.choice import chosen_records
from tests.report.made import MadeCase, make_run

TRIES = {
    "quiet": MadeCase(1.0),
    "busy": MadeCase(1.0, foreign=1.5),
    "invalid": MadeCase(1.0, status="invalid"),
    "failed": MadeCase(1.0, status="failed"),
}


def records(*tries: str) -> list[dict[str, Any]]:
    """Return the records of one trial, a try each."""
    return [make_run([("xgboost", TRIES[name])], repeats=1).records[0] for name in tries]


@pytest.mark.parametrize(
    ("tries", "counts"),
    [
        (("busy", "quiet"), 1),
        (("quiet", "busy"), 0),
        (("busy", "busy"), 1),
        (("busy", "failed"), 0),
        (("failed", "busy"), 1),
        (("busy", "invalid"), 1),
        (("quiet", "invalid"), 1),
        (("busy", "invalid", "failed"), 2),
        (("invalid", "quiet"), 1),
    ],
)
def test_the_record_that_counts(tries: tuple[str, ...], counts: int) -> None:
    """The last undisturbed one that ended well, else the last that did; a wrong answer outweighs all before it."""
    made = records(*tries)
    assert chosen_records(made) == [made[counts]]


def test_a_wrong_answer_of_a_second_try_fails_the_run() -> None:
    """A trial that was ok on a busy machine, and wrong when it was run again, is no success."""
    assert exit_code(records("busy", "quiet")) == 0
    assert exit_code(records("busy", "invalid")) == 1
