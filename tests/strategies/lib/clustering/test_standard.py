"""Features are standardised as the harness does it, and blocks of rows stay small."""

from dataclasses import replace

import numpy as np

from bench import Dataset
from bench.problems.clusters import standardised
from strategies.lib.clustering.standard import ROWS_AT_ONCE, rows_at_once, standardise


def test_a_large_mean_costs_no_digits(dataset: Dataset) -> None:
    """Beside a mean of millions the difference is exact, in place, in float32, over more than one block of rows."""
    features = (1e7 + np.arange(2 * ROWS_AT_ONCE + 5, dtype=np.float32) % 64)[:, None].astype(np.float32)
    one = replace(dataset, features=("x",), means=(1e7 + 31.4142,), stds=(18.5,))
    expected = standardised(features, one)
    found = standardise(features, one)
    assert found is features
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def test_blocks_shrink_with_the_clusters() -> None:
    """Distances from thousands of centres take no more memory than those from a few."""
    assert rows_at_once(2, 2) == ROWS_AT_ONCE
    assert rows_at_once(4096, 1000) == 256
