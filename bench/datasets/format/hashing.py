"""MurmurHash3 (x64, 128 bits) of many rows at once.

After Austin Appleby's public-domain reference, `MurmurHash3_x64_128` in
https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp. Each array holds one word of
every row, so that numpy does for all rows what the reference does for one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

# 2**64 by the golden ratio: multiples of it spread evenly over all 64 bits.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_C1 = np.uint64(0x87C37B91114253D5)
_C2 = np.uint64(0x4CF5AD432745937F)
# Rows at a time: a few words of so many rows stay in a core's cache.
_BLOCK = 8192


def _rotate(word: Words, bits: int) -> Words:
    high = word << np.uint64(bits)
    high |= word >> np.uint64(64 - bits)
    return high


def _mix_1(word: Words) -> Words:
    return _rotate(word * _C1, 31) * _C2


def _mix_2(word: Words) -> Words:
    return _rotate(word * _C2, 33) * _C1


def finalise(word: Words) -> Words:
    """Return the words with every bit spread over all bits (the reference's ``fmix64``)."""
    word = (word ^ (word >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    word = (word ^ (word >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return word ^ (word >> np.uint64(33))


def murmur3(words: Words, length: int, seed: int = 0) -> tuple[Words, Words]:
    """Hash many byte strings of one length.

    Args:
        words: The strings, little endian, filled up with zeros: uint64 of shape (words, rows).
        length: Bytes of each string, at most ``8 * words``.
        seed: Seed, below 2**32.

    Returns:
        The low and the high 64 bits of the hashes: two uint64 arrays of shape (rows,).
    """
    h1 = np.full(words.shape[1], seed, np.uint64)
    h2 = h1.copy()
    body = length // 16
    for block in range(body):
        h1 = (_rotate(h1 ^ _mix_1(words[2 * block]), 27) + h2) * np.uint64(5) + np.uint64(0x52DCE729)
        h2 = (_rotate(h2 ^ _mix_2(words[2 * block + 1]), 31) + h1) * np.uint64(5) + np.uint64(0x38495AB5)
    if length % 16 > 8:
        h2 = h2 ^ _mix_2(words[2 * body + 1])
    if length % 16 > 0:
        h1 = h1 ^ _mix_1(words[2 * body])
    h1 = (h1 ^ np.uint64(length)) + (h2 ^ np.uint64(length))
    h2 = (h2 ^ np.uint64(length)) + h1
    h1, h2 = finalise(h1), finalise(h2)
    h1 = h1 + h2
    return h1, h2 + h1


def hash_rows(columns: NDArray[np.float32], seed: int = 0, prefix: Words | None = None) -> tuple[Words, Words]:
    """Hash the rows of a table by the bits of their values.

    Args:
        columns: The table, column by column: float32 of shape (columns, rows).
        seed: Seed, below 2**32.
        prefix: A 64-bit value for each row that is hashed with it: uint64 of shape (rows,).

    Returns:
        The low and the high 64 bits of the hashes: two uint64 arrays of shape (rows,).
    """
    parts = [
        murmur3(
            _words(columns[:, at : at + _BLOCK], None if prefix is None else prefix[at : at + _BLOCK]), length, seed
        )
        for length in [4 * len(columns) + (0 if prefix is None else 8)]
        for at in range(0, columns.shape[1], _BLOCK)
    ]
    if not parts:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    return np.concatenate([low for low, _ in parts]), np.concatenate([high for _, high in parts])


def _words(columns: NDArray[np.float32], prefix: Words | None) -> Words:
    bits = np.ascontiguousarray(columns).view(np.uint32)
    offset = 0 if prefix is None else 1
    words = np.zeros((offset + (len(bits) + 1) // 2, bits.shape[1]), np.uint64)
    if prefix is not None:
        words[0] = prefix
    words[offset : offset + (len(bits) + 1) // 2] = bits[0::2]
    words[offset : offset + len(bits) // 2] |= bits[1::2].astype(np.uint64) << np.uint64(32)
    return words
