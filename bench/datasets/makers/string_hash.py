"""MurmurHash3 (x86, 32 bits) of many strings of different lengths at once.

After Austin Appleby's public-domain reference, `MurmurHash3_x86_32` in
https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp. scikit-learn's `murmurhash3_32` and many other
programs have the same.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
# Of a last word with so many bytes, the bits that are the string's own.
_MASKS = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], np.uint32)


def murmur3_32(strings: pa.LargeStringArray) -> NDArray[np.uint32]:
    """Hash the UTF-8 bytes of strings, with seed 0.

    Args:
        strings: The strings, none missing.

    Returns:
        uint32 of shape (strings,).
    """
    if not len(strings):
        return np.empty(0, np.uint32)
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    lengths = np.diff(bounds)
    # The longest first, so that the strings that still have a word are always the first ones.
    order = np.argsort(-lengths, kind="stable")
    starts, blocks = bounds[:-1][order], lengths[order] // 4
    words = _words(data, bounds[0], bounds[-1])
    found = np.zeros(len(order), np.uint32)
    longer = np.searchsorted(-blocks, -np.arange(blocks[0]), side="left")
    for block, count in enumerate(longer):
        found[:count] ^= _mixed(words[starts[:count] - bounds[0] + 4 * block])
        found[:count] = _rotated(found[:count], 13) * np.uint32(5) + np.uint32(0xE6546B64)
    found ^= _mixed(words[starts - bounds[0] + 4 * blocks] & _MASKS[lengths[order] % 4])
    hashes = np.empty_like(found)
    hashes[order] = _finalised(found ^ lengths[order].astype(np.uint32))
    return hashes


def _words(data: pa.Buffer | None, start: int, end: int) -> NDArray[np.uint32]:
    """Return the four bytes from each byte on, as a number, with zeros after the last byte."""
    read = np.frombuffer(data, np.uint8)[start:end] if data else np.empty(0, np.uint8)
    padded = np.concatenate([read, np.zeros(4, np.uint8)])
    return np.ndarray((len(padded) - 3,), "<u4", buffer=padded, strides=(1,))


def _rotated(word: NDArray[np.uint32], bits: int) -> NDArray[np.uint32]:
    return (word << np.uint32(bits)) | (word >> np.uint32(32 - bits))


def _mixed(word: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return _rotated(word * _C1, 15) * _C2


def _finalised(word: NDArray[np.uint32]) -> NDArray[np.uint32]:
    word = (word ^ (word >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    word = (word ^ (word >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return word ^ (word >> np.uint32(16))
