"""Digests of a feature table, one for each column, so that two tables can be told apart by the column that differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.datasets.format.hashing import hash_rows

Digests = Mapping[str, Any]
LANES = 2**64


class TableDigests:
    """Takes rows in any order and portions, and gives the digest of each column over all of them.

    A value counts with its row id and split, each bit of it. The hashes are added up modulo 2**64, in two lanes, so
    that the order of rows does not matter and equal rows do not cancel. It finds accidents, not attacks.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """Start with no rows.

        Args:
            names: Names of the columns beside the row id, in their order.
        """
        self._names = tuple(names)
        self._rows = {"train": 0, "test": 0}
        self._sums = {name: [0, 0] for name in ("row_id", *names)}

    def add(self, row_ids: NDArray[np.int64], test: NDArray[np.bool_], columns: Sequence[NDArray[np.float32]]) -> None:
        """Take rows.

        Args:
            row_ids: int64 of shape (rows,).
            test: Which rows are for testing: bool of shape (rows,).
            columns: The columns: float32 of shape (rows,) each.
        """
        for split, chosen in (("train", ~test), ("test", test)):
            prefix = row_ids[chosen].astype(np.uint64)
            self._rows[split] += len(prefix)
            nothing = np.zeros((1, len(prefix)), np.float32)
            parts = {"row_id": nothing} | {
                name: np.ascontiguousarray(column[chosen])[np.newaxis]
                for name, column in zip(self._names, columns, strict=True)
            }
            for name, values in parts.items():
                # -0 is 0, and a missing value has one form.
                values = np.where(np.isnan(values), np.float32(np.nan), values + np.float32(0))
                for lane, hashes in enumerate(hash_rows(values, seed=split == "test", prefix=prefix)):
                    total = self._sums[name][lane] + int(hashes.sum(dtype=np.uint64))
                    self._sums[name][lane] = total % LANES

    def merge(self, other: Digests) -> None:
        """Take the rows of another one, out of its `as_json`."""
        for split, rows in other["rows"].items():
            self._rows[split] += rows
        for name, text in other["columns"].items():
            for lane, value in enumerate((text[:16], text[16:])):
                self._sums[name][lane] = (self._sums[name][lane] + int(value, 16)) % LANES

    def as_json(self) -> dict[str, Any]:
        """Return rows by split and a digest of 32 hexadecimal digits for each column."""
        return {
            "rows": dict(self._rows),
            "columns": {name: "".join(f"{lane:016x}" for lane in lanes) for name, lanes in self._sums.items()},
        }


def difference(found: Digests, expected: Digests) -> str | None:
    """Return how a feature table differs from the one that it should be, as the rest of a sentence; None if it is it.

    Args:
        found: Its digests, out of `TableDigests.as_json`.
        expected: Those of the table that it should be.
    """
    total = sum(found["rows"].values()) - sum(expected["rows"].values())
    for split, rows in expected["rows"].items():
        if surplus := found["rows"].get(split, 0) - rows:
            if total:
                how = "a join doubles rows" if total > 0 else "rows are lost"
                return f"has {abs(total):,} rows {'too many' if total > 0 else 'too few'}: {how}"
            # A day that is another one moves rows between the splits, and no row is lost.
            return f"has {abs(surplus):,} rows {'too many' if surplus > 0 else 'too few'} in the split {split!r}"
    missing = [name for name in expected["columns"] if name not in found["columns"]]
    if missing:
        return f"has no column {missing[0]!r}"
    wrong = [name for name, digest in expected["columns"].items() if found["columns"][name] != digest]
    if not wrong:
        return None
    if "row_id" in wrong:
        return "has other row ids, or another split"
    names = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    return f"has other values in {names}"
