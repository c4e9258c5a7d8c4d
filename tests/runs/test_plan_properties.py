"""Whatever is asked for, the plan has each case in each repeat once, and the seed alone decides the order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.families import FAMILIES, family_of
from bench.model import Dataset, Strategy
from bench.request import Request
from bench.runs import plan
from bench.trial.record import describe, make_skipped
from tests.report.made import MadeCase, make_run

DATA = Dataset("d", "/d", "y", ("a",), 10, 8, 2, (0.0,), (1.0,), "f")
NAMES = st.sampled_from([f"s{number}" for number in range(6)])
STRATEGIES = st.dictionaries(
    NAMES, st.builds(Strategy, family=st.sampled_from(sorted(FAMILIES)), distributed=st.booleans()), min_size=1
)
REQUESTS = st.builds(
    Request,
    workers=st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True).map(tuple),
    batch_size=st.lists(st.sampled_from([32, 1024, 4096]), min_size=1, max_size=2, unique=True).map(tuple),
    repeat=st.integers(1, 4),
    cores=st.integers(1, 16),
    seed=st.integers(0, 2**31 - 1),
)
OK, BUSY, FAILED = (
    make_run([("xgboost", made)], repeats=1).records[0]
    for made in (MadeCase(1.0), MadeCase(1.0, foreign=1.5), MadeCase(1.0, status="failed"))
)


@settings(max_examples=80, deadline=None)
@given(request=REQUESTS, strategies=STRATEGIES)
def test_each_repeat_has_each_case_once(request: Request, strategies: dict[str, Strategy]) -> None:
    """Blocks hold the same cases; no trial is there twice; workers are those that were asked for, or one."""
    planned = plan.make(request, strategies, DATA)
    keys = [(one.trial.strategy, one.trial.workers, one.trial.batch_size, one.trial.repeat) for one in planned]
    assert max(Counter(keys).values()) == 1
    blocks = [Counter(key[:3] for key in keys if key[3] == repeat) for repeat in range(request.repeat)]
    assert all(block == blocks[0] for block in blocks)
    assert [key[3] for key in keys] == sorted(key[3] for key in keys)
    for name, strategy in strategies.items():
        workers = {one.trial.workers for one in planned if one.trial.strategy == name}
        assert workers == (set(request.workers) if strategy.distributed else {1})


@settings(max_examples=40, deadline=None)
@given(request=REQUESTS, strategies=STRATEGIES)
def test_threads_never_exceed_the_cores_unless_workers_do(request: Request, strategies: dict[str, Strategy]) -> None:
    """On one machine workers share the cores, and each has one thread at least; the same request is the same plan."""
    planned = plan.make(request, strategies, DATA)
    for one in planned:
        trial = one.trial
        assert trial.threads_per_worker >= 1
        assert trial.threads_per_worker * trial.workers <= max(trial.cores, trial.workers)
    assert planned == plan.make(request, strategies, DATA)


@settings(max_examples=40, deadline=None)
@given(request=REQUESTS, strategies=STRATEGIES, data=st.data())
def test_the_rest_of_a_plan_is_what_did_not_end_well(
    request: Request, strategies: dict[str, Strategy], data: st.DataObject
) -> None:
    """Whichever trials were run, in whatever order, the rest is the complement, in the order of the first plan."""
    planned = plan.make(request, strategies, DATA)
    trials = st.lists(st.integers(0, len(planned) - 1), unique=True)
    done, busy, failed, skipped = (data.draw(trials) for _ in range(4))
    busy = [at for at in busy if at not in done]
    records = [
        *(
            {**ended, "run": "r", "trial": describe(planned[at])}
            for ended, ats in ((OK, done), (BUSY, busy), (FAILED, failed))
            for at in ats
        ),
        *(make_skipped(planned[at], "No.", run="r", environment="e") for at in skipped),
    ]
    mixed = data.draw(st.permutations(records))
    idle = {at for at in busy if not family_of(planned[at].strategy.family).works}
    assert plan.rest(planned, mixed) == [one for at, one in enumerate(planned) if at not in {*done, *idle}]
    assert plan.rest(planned, mixed, disturbed=False) == [
        one for at, one in enumerate(planned) if at not in {*done, *busy}
    ]
