"""Which phase a change is in."""

import pytest

from bench.gate.verdict.phases import changes, culprit
from tests.gate.made import pairs, quiet


def _changes(inner_a, inner_b, seconds=1.5):
    return changes(pairs(quiet(5, 1.0, inner=inner_a), quiet(5, seconds, inner=inner_b)))


def test_the_phase_that_changed_most_is_the_culprit():
    """Of the phases that a case is judged by, the one with the most seconds more is named."""
    found = _changes({"load": 0.2, "compile": 0.1}, {"load": 0.6, "compile": 0.2})
    assert culprit(found, "train", slower=True).name == "train/load"
    assert culprit(found, "train", slower=True).change_s == pytest.approx(0.4)


def test_what_no_phase_was_named_for_is_the_rest():
    """A slowdown outside of all named phases is in the rest of the hook."""
    found = _changes({"load": 0.2}, {"load": 0.2})
    assert culprit(found, "train", slower=True).name == "train/rest"


def test_without_inner_phases_the_hook_itself_is_named():
    """A strategy that names no phase has its hook's."""
    assert culprit(_changes(None, None), "train", slower=True).name == "train"


def test_a_new_phase_counts_from_nothing():
    """A phase that the baseline did not have takes all of its seconds more."""
    found = _changes({"fit": 0.9}, {"fit": 0.9, "shuffle": 0.5})
    assert culprit(found, "train", slower=True).name == "train/shuffle"


def test_an_improvement_has_its_phase_too():
    """Looking for what got faster finds the phase that takes fewer seconds."""
    found = _changes({"load": 0.6}, {"load": 0.1}, seconds=0.5)
    assert culprit(found, "train", slower=False).name == "train/load"
    assert culprit(found, "predict", slower=False) is None
