"""The fingerprint is that of the content: all of it, and nothing else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets import read_manifest
from bench.datasets.format.fingerprint import Fingerprint, recompute
from bench.datasets.makers.build import Builder
from bench.datasets.makers.layout import Layout

IDS = np.arange(40, dtype=np.int64)
VALUES = np.random.default_rng(0).normal(size=(4, 40)).astype(np.float32)
LABELLED = np.concatenate([(IDS % 2).astype(np.float32)[None], VALUES[1:]])
NAMES = ["label", *"abc"]


def digest(ids: np.ndarray, values: np.ndarray, split: str = "train", features: str = "abc") -> str:
    """Return the digest of rows of one split."""
    fingerprint = Fingerprint(["label", *features])
    fingerprint.add(split, ids, values)
    return fingerprint.hexdigest()


@settings(deadline=None)
@given(st.permutations(range(40)), st.lists(st.integers(0, 40), max_size=5), st.lists(st.booleans(), min_size=6))
def test_it_is_the_same_in_any_order_portions_and_merges(order: list[int], cuts: list[int], apart: list[bool]) -> None:
    """Rows in another order and other portions, some merged out of another's JSON, have the same fingerprint."""
    whole, other = Fingerprint(NAMES), Fingerprint(NAMES)
    for portion, merged in zip(np.split(np.array(order), sorted(cuts)), apart, strict=False):
        for split, chosen in (("test", portion[portion < 8]), ("train", portion[portion >= 8])):
            (other if merged else whole).add(split, IDS[chosen], VALUES[:, chosen])
    whole.merge(json.loads(json.dumps(other.as_json())))
    expected = Fingerprint(NAMES)
    expected.add("train", IDS[8:], VALUES[:, 8:])
    expected.add("test", IDS[:8], VALUES[:, :8])
    assert whole.hexdigest() == expected.hexdigest()
    assert len(whole.hexdigest()) == 32


@settings(deadline=None)
@given(st.lists(st.integers(0, 39), max_size=4), st.lists(st.integers(0, 39), max_size=4))
def test_equal_rows_do_not_cancel(some: list[int], others: list[int]) -> None:
    """Rows that are there several times count as often: only the same rows, each as often, have the same digest."""
    same = sorted(some) == sorted(others)
    assert (digest(IDS[some], VALUES[:, some]) == digest(IDS[others], VALUES[:, others])) == same


@settings(max_examples=15, deadline=None)
@given(files=st.integers(1, 5), group_rows=st.integers(1, 40), cuts=st.lists(st.integers(0, 40), max_size=3))
def test_it_does_not_depend_on_files_and_row_groups(files: int, group_rows: int, cuts: list[int]) -> None:
    """The same rows in other files and row groups, written in other portions, have the same fingerprint, also read."""
    test = IDS % 5 == 4
    expected = Fingerprint(NAMES)
    for split, chosen in (("train", ~test), ("test", test)):
        expected.add(split, IDS[chosen], LABELLED[:, chosen])
    with tempfile.TemporaryDirectory() as place:
        layout = Layout(NAMES[0], tuple(NAMES[1:]), "binary", ("0", "1"))
        with Builder(Path(place), layout, {"train": 32, "test": 8}, files, group_rows) as builder:
            for chosen in np.split(IDS, sorted(cuts)):
                builder.write(test[chosen], LABELLED[:, chosen])
            builder.finish("some")
        manifest = read_manifest(Path(place))
        assert len(manifest.files) == files + -(-files // 4)
        assert max(max(file.group_rows) for file in manifest.files) <= group_rows
        assert manifest.dataset.fingerprint == recompute(manifest) == expected.hexdigest()


@settings(deadline=None)
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
