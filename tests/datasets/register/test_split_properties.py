"""Splits of a registered table: a row's side depends on its id or its group alone, however the table is read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets.register.split_rule import TEST, TRAIN, SplitRule

few = settings(max_examples=60, deadline=None)
IDS = st.lists(st.integers(0, 2**62), min_size=1, max_size=200, unique=True)


@few
@given(ids=IDS, cut=st.integers(0, 200), order=st.randoms(use_true_random=False))
def test_a_row_s_side_depends_on_its_id_alone(ids: list[int], cut: int, order: object) -> None:
    """In any order and in any portions it is the same one, and never neither."""
    rule, row_ids = SplitRule(), np.array(ids, np.int64)
    sides = rule.sides(row_ids, None)
    assert set(sides.tolist()) <= {TRAIN, TEST}
    parts = [rule.sides(part, None) for part in (row_ids[:cut], row_ids[cut:])]
    assert np.array_equal(np.concatenate(parts), sides)
    shuffled = list(range(len(ids)))
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert np.array_equal(rule.sides(row_ids[shuffled], None), sides[shuffled])


@few
@given(values=st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["a", "b"])), min_size=1, max_size=60))
def test_a_group_is_on_one_side(values: list[str]) -> None:
    """Rows of one value stay together, whether they are strings, large strings or in a dictionary."""
    rule = SplitRule("group=g")
    columns = [pa.array(values, pa.string()), pa.array(values, pa.large_string()), pa.array(values).dictionary_encode()]
    found = [rule.sides(np.arange(len(values)), pa.RecordBatch.from_arrays([column], ["g"])) for column in columns]
    assert all(np.array_equal(found[0], other) for other in found[1:])
    sides: dict[str, set[int]] = {}
    for value, side in zip(values, found[0].tolist(), strict=True):
        sides.setdefault(value, set()).add(side)
    assert all(len(of) == 1 for of in sides.values())


def test_a_fifth_is_for_testing() -> None:
    """Of many rows about one in five is, whatever the ids begin with."""
    for first in (0, 10**6, 2**40):
        share = SplitRule().sides(np.arange(first, first + 50_000), None).mean()
        assert abs(share - 0.2) < 0.01
