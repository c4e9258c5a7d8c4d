"""The row hash is the published one."""

from __future__ import annotations

import numpy as np

from bench.datasets.format.hashing import hash_rows, murmur3


def digests(strings: list[bytes], seed: int = 0) -> list[bytes]:
    """Hash strings of one length."""
    length = len(strings[0])
    padded = b"".join(string.ljust(-(-length // 8) * 8 or 8, b"\0") for string in strings)
    words = np.frombuffer(padded, "<u8").reshape(len(strings), -1).T
    low, high = murmur3(words, length, seed)
    return [first.tobytes() + second.tobytes() for first, second in zip(low, high, strict=True)]


def test_it_is_murmur3() -> None:
    """The verification value of SMHasher's `Murmur3F` comes out, which covers all lengths below 256 and many seeds."""
    keys = [bytes(range(length)) for length in range(256)]
    table = b"".join(digests([key], seed=256 - length)[0] for length, key in enumerate(keys))
    assert int.from_bytes(digests([table])[0][:4], "little") == 0x6384BA69


def test_many_strings_at_once_are_hashed_like_one() -> None:
    """A string's hash does not depend on the strings beside it."""
    strings = [bytes(row) for row in np.random.default_rng(0).integers(0, 256, (50, 37), np.uint8)]
    assert digests(strings, 7) == [digests([string], 7)[0] for string in strings]


def test_rows_are_hashed_by_the_bytes_of_their_values() -> None:
    """A row's hash is that of its prefix and its float32 values, one after the other, in any number of rows."""
    generator = np.random.default_rng(0)
    for columns in (1, 2, 3, 4, 9):
        values = generator.normal(size=(columns, 9000)).astype("<f4")
        prefix = generator.integers(0, 2**63, 9000).astype("<u8")
        low, high = hash_rows(values, seed=3, prefix=prefix)
        for row in (0, 1, 8191, 8192, 8999):
            expected = digests([prefix[row].tobytes() + values[:, row].tobytes()], 3)[0]
            assert low[row].tobytes() + high[row].tobytes() == expected


def test_no_rows_have_no_hashes() -> None:
    """An empty table gives empty hashes."""
    low, high = hash_rows(np.empty((3, 0), np.float32))
    assert low.shape == high.shape == (0,)
