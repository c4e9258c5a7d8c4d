"""Strings become places, or hashes that are the published ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.utils import murmurhash3_32

from bench.datasets.makers.categories import CategoryRule, category_rule, hashed_ids
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.string_hash import murmur3_32
from bench.errors import UsageError
from tests.datasets.conftest import content

Written = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("codes", CategoryRule("codes")),
        ("native", CategoryRule("native")),
        ("hash:2^18", CategoryRule("hash", 2**18)),
        ("hash:262144", CategoryRule("hash", 2**18)),
        ("hash:1000", CategoryRule("hash", 1000)),
    ],
)
def test_rules(text: str, rule: CategoryRule) -> None:
    """A rule is read, and written in one way only."""
    assert category_rule(text) == rule
    assert category_rule(str(rule)) == rule


@pytest.mark.parametrize(
    "text", ["", "hash", "hash:", "hash:1", "hash:2^25", "hash:2^x", "one-hot", "hash:-5", "hash:1e3"]
)
def test_what_is_no_rule(text: str) -> None:
    """Another word, and a number of ids that float32 cannot tell apart, are refused."""
    with pytest.raises(UsageError, match="write codes, native, or hash:N with N from 2 to 2"):
        category_rule(text)


def test_hashes_are_those_of_scikit_learn() -> None:
    """Strings of all lengths, and those that are cut out of others, have the MurmurHash3 that everybody has."""
    generator = np.random.default_rng(0)
    letters = list("abcdefghij é🚀\0")
    strings = ["".join(generator.choice(letters, length)) for length in [*range(40), *generator.integers(0, 300, 200)]]
    column = pa.array(strings, pa.large_string())
    expected = np.array([murmurhash3_32(string.encode(), positive=True) for string in strings], np.uint32)
    np.testing.assert_array_equal(murmur3_32(column), expected)
    np.testing.assert_array_equal(murmur3_32(column[7:90]), expected[7:90])
    np.testing.assert_array_equal(hashed_ids(pa.array(strings), 1000), expected % 1000)
    assert len(murmur3_32(column[:0])) == 0


def test_ids_do_not_depend_on_how_strings_are_held() -> None:
    """Batches, dictionaries and repeated strings change no id; a missing string has the id 0."""
    strings = [None, "", "ant", "bee", "ant", None]
    array = pa.array(strings)
    ids = hashed_ids(array, 2**18)
    assert ids.dtype == np.float32
    np.testing.assert_array_equal(ids[[0, 1, 5]], 0)
    assert ids[2] == ids[4] == murmurhash3_32(b"ant", positive=True) % 2**18
    for other in (array.dictionary_encode(), pa.chunked_array([array[:3], array[3:]]), pa.chunked_array([array])):
        np.testing.assert_array_equal(hashed_ids(other, 2**18), ids)
    assert len(hashed_ids(array[:0], 8)) == len(hashed_ids(pa.chunked_array([], pa.string()), 8)) == 0


@pytest.mark.usefixtures("home")
def test_hashes_need_no_list(written: Written) -> None:
    """More strings than may be listed are imported, nothing is counted as missing, and the manifest names the rule."""
    columns = {"name": [None, *(f"n{n}" for n in range(100_001))], "label": np.arange(100_002) % 2}
    manifest = import_parquet(str(written(columns)), "label", categories="hash:2^10")
    assert (manifest.categories, manifest.imputed, manifest.source["categories"]) == ({}, {}, "hash:2^10")
    found = np.concatenate([table["name"].to_numpy() for table in content(manifest).values()])
    expected = [murmurhash3_32(f"n{n}".encode(), positive=True) % 2**10 for n in range(100_001)]
    np.testing.assert_array_equal(np.sort(found), np.sort([0, *expected]))


@pytest.mark.usefixtures("home")
def test_native_categories_are_named(rows: pa.Table, written: Written) -> None:
    """Numbers are those of codes, but a missing string is a category of its own and no mean; the dataset is another."""
    word = pa.array([None if at < 20 else value for at, value in enumerate(rows["word"].to_pylist())])
    path = str(written(rows.set_column(3, "word", word)))
    made = {rule: import_parquet(path, "label", name=rule, categories=rule) for rule in ("codes", "native")}
    assert made["native"].categories == made["codes"].categories == {"word": ("ant", "bee", "cat")}
    assert (made["native"].dataset.categorical, made["codes"].dataset.categorical) == ({"word": 4}, {})
    assert (made["native"].imputed, made["codes"].imputed) == ({}, {"word": 20})
    found = np.concatenate([table["word"].to_numpy() for table in content(made["native"]).values()])
    np.testing.assert_array_equal(np.unique(found, return_counts=True)[0], [0, 1, 2, 3])
    assert (found == 3).sum() == 20
    whole = str(written(rows, "whole.parquet"))
    same = [import_parquet(whole, "label", name=f"whole-{rule}", categories=rule) for rule in ("codes", "native")]
    assert same[0].dataset.fingerprint != same[1].dataset.fingerprint
