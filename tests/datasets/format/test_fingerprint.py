"""The fingerprint is that of the content: all of it, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets.format.fingerprint import Fingerprint

IDS = np.arange(40, dtype=np.int64)
VALUES = np.random.default_rng(0).normal(size=(4, 40)).astype(np.float32)


def digest(ids: np.ndarray, values: np.ndarray, split: str = "train", features: str = "abc") -> str:
    """Return the digest of rows of one split."""
    fingerprint = Fingerprint(["label", *features])
    fingerprint.add(split, ids, values)
    return fingerprint.hexdigest()


def test_it_is_the_same_in_any_order_and_portions() -> None:
    """Rows in another order, in other portions, have the same fingerprint."""
    order = np.random.default_rng(1).permutation(40)
    fingerprint = Fingerprint(["label", *"abc"])
    for chosen in np.split(order, [3, 3, 30]):
        fingerprint.add("train", IDS[chosen], VALUES[:, chosen])
    assert fingerprint.hexdigest() == digest(IDS, VALUES)
    assert len(fingerprint.hexdigest()) == 32


@given(st.integers(0, 3), st.integers(0, 39), st.integers(0, 31))
def test_one_changed_bit_changes_it(column: int, row: int, bit: int) -> None:
    """One flipped bit of one value gives another fingerprint."""
    changed = VALUES.copy()
    changed.view(np.uint32)[column, row] ^= np.uint32(1 << bit)
    assert digest(IDS, changed) != digest(IDS, VALUES)


def test_everything_counts() -> None:
    """Split, row ids, names, the number of rows, and which values stand in one row: each changes the fingerprint."""
    swapped = VALUES.copy()
    swapped[1, [0, 1]] = swapped[1, [1, 0]]
    twice = [np.concatenate([array, array], axis=-1) for array in (IDS, VALUES)]
    others = [
        digest(IDS, VALUES, split="test"),
        digest(IDS + 1, VALUES),
        digest(IDS, VALUES, features="abd"),
        digest(IDS[1:], VALUES[:, 1:]),
        digest(IDS, swapped),
        digest(*twice),
        digest(IDS, VALUES[[0, 2, 1, 3]]),
    ]
    assert len({digest(IDS, VALUES), *others}) == 1 + len(others)
