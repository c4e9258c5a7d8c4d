"""Whatever is asked for, the plan has each case in each repeat once, and the seed alone decides the order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.families import FAMILIES
from bench.model import Dataset, Strategy
from bench.request import Request
from bench.runs import plan

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
