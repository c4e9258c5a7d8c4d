"""The ways in which strings become numbers, of which a dataset has one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench.datasets.format.arrays import to_numpy
from bench.datasets.makers.string_hash import murmur3_32
from bench.errors import UsageError

CODES, HASH, NATIVE = "codes", "hash", "native"
_MOST_BUCKETS = 2**24  # float32 holds the ids exactly


@dataclass(frozen=True)
class CategoryRule:
    """How strings become numbers.

    Attributes:
        kind: ``codes``: the place among the sorted strings, a number like others. ``native``: the same, and the
            manifest says that these numbers are names. ``hash``: a hash of the string: no list of strings is kept.
        buckets: Different ids that a hash may have; 0 for the other kinds.
    """

    kind: str = CODES
    buckets: int = 0

    def __str__(self) -> str:
        """Return it as it is written on the command line."""
        if self.kind != HASH:
            return self.kind
        power = self.buckets.bit_length() - 1
        return f"{HASH}:{f'2^{power}' if self.buckets == 2**power else self.buckets}"


def category_rule(text: str) -> CategoryRule:
    """Read a rule such as ``codes``, ``native``, ``hash:2^18`` or ``hash:1000``.

    Raises:
        UsageError: The text is none, or the number of buckets is out of range.
    """
    if text in (CODES, NATIVE):
        return CategoryRule(text)
    match = re.fullmatch(rf"{HASH}:(?:2\^(\d{{1,2}})|(\d{{1,8}}))", text)
    buckets = (2 ** int(match[1]) if match[1] else int(match[2])) if match else 0
    if not 2 <= buckets <= _MOST_BUCKETS:
        raise UsageError(f"Categories cannot be {text!r}: write codes, native, or hash:N with N from 2 to 2^24.")
    return CategoryRule(HASH, buckets)


def hashed_ids(column: pa.Array | pa.ChunkedArray, buckets: int) -> NDArray[np.float32]:
    """Return the id of each string: float32 of shape (rows,), whole numbers from 0 to ``buckets - 1``.

    It is the MurmurHash3 (x86, 32 bits, seed 0) of the string's UTF-8 bytes, modulo ``buckets``. A missing string has
    the id 0, which is also that of an empty one, and of others.

    Args:
        column: Strings.
        buckets: Number of different ids.
    """
    coded = pc.dictionary_encode(column.cast(pa.large_string()).fill_null(""))
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    ids = (murmur3_32(coded.dictionary) % np.uint32(buckets)).astype(np.float32)
    return ids[to_numpy(coded.indices)] if len(ids) else np.empty(0, np.float32)
