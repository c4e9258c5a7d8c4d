"""What both arms have, and what only one has."""

import pytest

from bench.errors import UsageError
from bench.gate.arms.arms import Arm, Offer
from bench.gate.measuring.cases import match, named, seconds_of
from bench.model import Strategy
from bench.request import Request
from bench.trial.workers import WorkerEnvironment
from tests.gate.made import DATASET, record

PLAIN, MANY = Strategy(family="gbt"), Strategy(family="gbt", distributed=True)


def _arm(**offers):
    return Arm("arm", "label", None, WorkerEnvironment(), {}, offers)


def _offer(strategy=PLAIN, tasks=("train", "predict"), missing=None, *, own=True):
    return Offer(strategy, tasks, missing, own)


def _match(baseline, candidate, **request):
    cases, absent = match(baseline, candidate, Request(**request), DATASET, None)
    return [case.key[0] for case in cases], {case.key[0]: case.verdict for case in absent}


@pytest.mark.parametrize(
    ("baseline", "candidate", "verdict"),
    [
        (_offer(), None, "missing"),
        (None, _offer(), "new"),
        (_offer(), _offer(None, (), "It cannot be imported."), "missing"),
        (_offer(None, (), "It cannot be imported."), _offer(), "new"),
        (_offer(), _offer(tasks=("predict",)), "missing"),
        (_offer(), _offer(missing="It needs x."), "missing"),
        (_offer(missing="It needs x."), _offer(missing="It needs x."), "skipped"),
        (_offer(missing="It needs x."), _offer(), "new"),
    ],
)
def test_a_case_that_only_one_arm_has_is_named(baseline, candidate, verdict):
    """What was renamed, taken away, broken or is not installed any more is missing, and never passes in silence."""
    arms = [_arm(**({"mine": offer} if offer else {}), other=_offer()) for offer in (baseline, candidate)]
    assert _match(*arms) == (["other"], {"mine": verdict})


def test_workers_make_cases_of_distributed_strategies():
    """A distributed strategy is a case for each number of workers, another one is a single case."""
    arm = _arm(one=_offer(), many=_offer(MANY))
    cases, _ = match(arm, arm, Request(workers=(1, 2)), DATASET, None)
    assert [(case.key[0], case.key[3]) for case in cases] == [("many", 1), ("many", 2), ("one", 1)]


def test_patterns_select_and_the_control_takes_part_by_its_name_only():
    """Patterns are those of `bench run`; the control's time is next to nothing, so that only its name brings it in."""
    arm = _arm(null=_offer(), mine=_offer(), minor=_offer())
    assert _match(arm, arm)[0] == ["mine", "minor"]
    assert _match(arm, arm, strategies=("*",))[0] == ["mine", "minor"]
    assert _match(arm, arm, strategies=("null", "mino*"))[0] == ["minor", "null"]


def test_what_is_not_of_the_repository_cannot_differ():
    """Strategies that both arms have from elsewhere are measured only where they are asked for."""
    arm = _arm(mine=_offer(), theirs=_offer(own=False))
    assert _match(arm, arm)[0] == ["mine"]
    assert _match(arm, arm, strategies=("t*",))[0] == ["theirs"]


def test_a_pattern_that_matches_nothing_is_refused():
    """A misspelt strategy ends the night before it begins."""
    with pytest.raises(UsageError, match="'nothere'"):
        _match(_arm(mine=_offer()), _arm(mine=_offer()), strategies=("nothere",))


def test_names_are_as_short_as_the_others_allow():
    """A case is called by what tells it apart from the others of the report."""
    key = ("mine", "train", "tiny", 2, 2)
    assert named(key) == "mine (2 workers)"
    assert named(key, [key, ("mine", "train", "large", 2, 2)]) == "mine (2 workers, tiny)"


@pytest.mark.parametrize(
    ("change", "seconds"),
    [
        ({"rows": 300, "rows_per_s": 10.0}, 100.0),
        ({"rows": 50, "rows_per_s": 10.0, "measures": {"rows_scored": 50}}, 100.0),
        ({"rows": None, "rows_per_s": None}, 0.2),
    ],
)
def test_scoring_is_judged_by_its_rate(change, seconds):
    """A predict trial is judged by the time for a thousand rows, one that stopped early like one that finished."""
    scored = {**record(1.0), "trial": {"task": "predict"}, **change}
    assert seconds_of(scored) == pytest.approx(seconds)
