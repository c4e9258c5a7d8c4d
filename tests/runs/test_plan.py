"""The plan: which trials, in which order, with which settings."""

from collections import Counter

import pytest

from bench.errors import UsageError
from bench.families import FAMILIES, Family, Setting
from bench.model import Dataset, Strategy
from bench.request import Request
from bench.runs import plan

DATA = Dataset("d", "/d", "y", ("a",), 10, 8, 2, (0.0,), (1.0,), "f")
STRATEGIES = {
    "null": Strategy("control"),
    "one": Strategy("mlp"),
    "many": Strategy("gbt", distributed=True),
}


def _order(planned):
    return [(p.trial.strategy, p.trial.workers) for p in planned]


def test_each_repeat_is_a_block_of_all_cases():
    """Each repeat runs every case once before the next repeat begins, each block in an order of its own."""
    planned = plan.make(Request(workers=(1, 2), repeat=20), STRATEGIES, DATA)
    blocks = [_order(planned[start : start + 4]) for start in range(0, 80, 4)]
    cases = [("many", 1), ("many", 2), ("null", 1), ("one", 1)]
    assert all(sorted(block) == cases for block in blocks)
    assert len({tuple(block) for block in blocks}) > 5
    assert [p.trial.repeat for p in planned] == [repeat for repeat in range(20) for _ in range(4)]


def test_order_comes_from_the_seed():
    """The same request gives the same order, another seed another one."""
    request = Request(workers=(1, 2), repeat=5)
    assert plan.make(request, STRATEGIES, DATA) == plan.make(request, STRATEGIES, DATA)
    other = Request(workers=(1, 2), repeat=5, seed=1)
    assert _order(plan.make(request, STRATEGIES, DATA)) != _order(plan.make(other, STRATEGIES, DATA))


def test_every_position_is_as_likely():
    """Over many repeats a case comes first about as often as any other."""
    planned = plan.make(Request(workers=(1, 2), repeat=2000), STRATEGIES, DATA)
    firsts = Counter(_order(planned[start : start + 4])[0] for start in range(0, 8000, 4))
    assert all(400 < count < 600 for count in firsts.values())


def test_core_budget_is_shared_among_workers():
    """Workers share the cores; more workers than cores get one thread each."""
    planned = plan.make(Request(workers=(1, 2, 3, 8), cores=4), {"many": STRATEGIES["many"]}, DATA)
    threads = {p.trial.workers: p.trial.threads_per_worker for p in planned}
    assert threads == {1: 4, 2: 2, 3: 1, 8: 1}


def test_workers_of_a_cluster_bring_their_own_cores():
    """Fewer workers are fewer hosts of the same kind; who is not distributed has the cores of all."""
    request = Request(workers=(1, 2, 3), cores=6, master="spark://host:7077")
    planned = plan.make(request, STRATEGIES, DATA)
    threads = {(p.trial.strategy, p.trial.workers): p.trial.threads_per_worker for p in planned}
    assert threads == {("many", 1): 2, ("many", 2): 2, ("many", 3): 2, ("one", 1): 6, ("null", 1): 6}


def test_each_worker_has_a_task_slot():
    """Local Spark has a slot for each core, and for each worker where there are more workers than cores."""
    planned = plan.make(Request(workers=(1, 2, 8), cores=4), {"many": STRATEGIES["many"]}, DATA)
    masters = {p.trial.workers: p.trial.master for p in planned}
    assert masters == {1: "local[4]", 2: "local[4]", 8: "local[8]"}


def test_seed_is_the_same_for_all():
    """Every case and repeat does the same work, so all have one seed."""
    planned = plan.make(Request(repeat=3, seed=7), STRATEGIES, DATA)
    assert {p.trial.seed for p in planned} == {7}


def test_selection_takes_patterns_and_adds_the_control():
    """Names and patterns select, and the control always comes along."""
    names = ["mllib_gbt", "mllib_linear", "null", "xgboost"]
    assert plan.select(names, ["mllib_*"]) == ["mllib_gbt", "mllib_linear", "null"]
    assert plan.select(names, []) == names
    with pytest.raises(UsageError, match="'keras'"):
        plan.select(names, ["xgboost", "keras"])


def test_a_family_of_ours_may_bring_a_setting_that_is_no_field(tiny: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and an entry in the table are enough: its settings reach the trial, by default or as they were given."""
    family = Family("wide", (Setting("width", 3, "Width"),))
    monkeypatch.setitem(FAMILIES._known, family.name, family)
    for given, width in (({}, 3), ({"width": 9}, 9)):
        request = Request(settings=given)
        trial = plan.make(request, {"x": Strategy("wide")}, tiny)[0].trial
        assert trial.settings == {"width": width}
        assert family.learned_enough({**vars(trial), **trial.settings})


def test_each_batch_size_makes_cases_where_there_are_batches():
    """Trees have one case, whatever the batches; the control has one for each, since each has a group of its own."""
    planned = plan.make(Request(workers=(1, 2), batch_size=(64, 128)), STRATEGIES, DATA)
    found = sorted((p.trial.strategy, p.trial.workers, p.trial.batch_size) for p in planned)
    assert found == [
        ("many", 1, 64),
        ("many", 2, 64),
        ("null", 1, 64),
        ("null", 1, 128),
        ("one", 1, 64),
        ("one", 1, 128),
    ]
