"""The raw flights lie beside the feature table that every engine has to come to."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest

from bench.datasets.format.fingerprint import recompute
from bench.datasets.makers.flights_raw import FEATURES, LABEL, features, make_flights_raw, raw_tables
from bench.datasets.store import open_manifest
from bench.errors import DatasetError


def test_the_feature_table_is_of_the_flights_that_departed() -> None:
    """Rows are numbered by the ids of the raw table, from 0 on, and a copy has as many rows again, a year later."""
    tables = raw_tables(copies=2, sample=2000)
    test, columns = features(tables)
    departed = pc.sum(pc.is_valid(tables["flights"]["dep_delay"])).as_py()
    assert columns.shape == (1 + len(FEATURES), departed)
    assert sorted(tables["flights"]["id"].to_pylist()) == list(range(len(tables["flights"])))
    assert np.isfinite(columns).all()
    months = columns[1 + FEATURES.index("month")]
    assert 0.17 < test.mean() < 0.23
    assert set(np.unique(months)) == set(range(1, 13))
    # Weather and departures of a copy are found again.
    half = departed // 2
    for name in ("temp", "departures", "utc_hour", "distance"):
        values = columns[1 + FEATURES.index(name)]
        assert np.array_equal(values[:half], values[half:])
    assert not np.array_equal(
        columns[1 + FEATURES.index("weekday")][:half], columns[1 + FEATURES.index("weekday")][half:]
    )


@pytest.mark.usefixtures("home")
def test_it_is_a_dataset_like_any_other() -> None:
    """Its rows have a fingerprint, its raw tables sizes, and one that is cut is found."""
    manifest = make_flights_raw(sample=2000)
    assert recompute(manifest) == manifest.dataset.fingerprint
    assert (manifest.dataset.label, manifest.dataset.features) == (LABEL, FEATURES)
    assert set(manifest.dataset.raw["digests"]["columns"]) == {"row_id", LABEL, *FEATURES}
    path = f"{manifest.dataset.path}/{manifest.dataset.raw['tables']['planes']}"
    with open(path, "ab") as file:
        file.write(b"more")
    with pytest.raises(DatasetError, match=r"planes\.parquet has .* bytes where"):
        open_manifest("flights-raw")
