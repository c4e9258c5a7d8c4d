"""The default dataset is the real flights, split by day, without anything known only after departure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.datasets import ensure, open_dataset, read_manifest
from bench.datasets.format.manifest import Manifest
from tests.datasets.conftest import content


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The dataset, made on first use as a run would make it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(tmp_path_factory.mktemp("home")))
        made = ensure()
        assert ensure("flights") == open_dataset("flights") == made
        return read_manifest(Path(made.path))


def test_it_is_all_departures_and_the_same_everywhere(flights: Manifest) -> None:
    """328,521 flights departed, 22.2 % of them late; the content is the same on every machine."""
    dataset = flights.dataset
    assert (dataset.rows, len(dataset.features)) == (328_521, 25)
    assert sum(labels["counts"][1] for labels in flights.labels.values()) / dataset.rows == pytest.approx(
        0.222, abs=0.001
    )
    assert dataset.fingerprint == "12826c89fcb7cf8ae65cd88d56ad558f"


@pytest.fixture(scope="module")
def home(flights: Manifest) -> Iterator[Path]:
    """The directory that the other datasets of flights are made in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(Path(flights.dataset.path).parent))
        yield Path(flights.dataset.path).parent


def rows_of(manifest: Manifest) -> dict[str, pa.Table]:
    """Return both splits without row ids and label, in an order of their own."""
    features = list(manifest.dataset.features)
    found = {}
    for split, table in content(manifest).items():
        values = table.select(features)
        found[split] = values.sort_by([(name, "ascending") for name in features])
    return found


@pytest.mark.parametrize(
    ("name", "problem", "fingerprint"),
    [
        ("flights-class", "multiclass", "995e63789bc9ca09160577b50e17f370"),
        ("flights-delay", "regression", "2bdd450f29a2a0833a60f803f74f5d93"),
    ],
)
def test_the_same_flights_with_other_labels(
    home: Path, flights: Manifest, name: str, problem: str, fingerprint: str
) -> None:
    """Four classes of delay, and minutes of delay, have the same rows in the same splits, the same everywhere."""
    dataset = ensure(name)
    assert (dataset.name, dataset.problem, dataset.fingerprint) == (name, problem, fingerprint)
    assert rows_of(read_manifest(home / name)) == rows_of(flights)


def test_classes_are_cut_out_of_the_delay(home: Path, flights: Manifest) -> None:
    """From 15 minutes on a flight is late for two classes, in the third for four, and above 15 in minutes."""
    classes, delay = (read_manifest(home / ensure(name).name) for name in ("flights-class", "flights-delay"))
    assert classes.dataset.classes == ("early", "up to 15 minutes", "15 to 60 minutes", "an hour or more")
    for split in ("train", "test"):
        late = flights.labels[split]["counts"][1]
        counts = classes.labels[split]["counts"]
        minutes = content(delay)[split]["delay"].to_numpy()
        assert sum(counts[2:]) == late == (minutes >= 15).sum()
        assert counts[0] == (minutes < 0).sum()
        assert -30 <= minutes.min() < -20
        assert minutes.max() == 180


def test_nothing_is_known_only_after_departure(flights: Manifest) -> None:
    """No feature comes from the columns that are filled in once a plane has left."""
    later = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}
    assert not later & set(flights.dataset.features)


def test_no_day_is_in_both_splits(flights: Manifest) -> None:
    """Every fifth day is for testing, so that no test row shares its weather with a train row."""
    days = {
        split: {
            (month, day) for month, day in zip(*(table[name].to_pylist() for name in ("month", "day")), strict=True)
        }
        for split, table in content(flights).items()
    }
    assert (len(days["train"]), len(days["test"])) == (292, 73)
    assert not days["train"] & days["test"]
    assert (1, 5) in days["test"]


def test_values_are_finite_and_missing_ones_are_counted(flights: Manifest) -> None:
    """Each feature is finite, what was missing is the train mean of what was there, and the manifest counts it."""
    splits = content(flights)
    for table in splits.values():
        for name in flights.dataset.features:
            assert np.isfinite(table[name].to_numpy()).all()
    gusts = np.concatenate([table["wind_gust"].to_numpy() for table in splits.values()])
    values, counts = np.unique(gusts, return_counts=True)
    filled = values[counts.argmax()]
    assert counts.max() == flights.imputed["wind_gust"] > 200_000
    known = splits["train"]["wind_gust"].to_numpy()
    assert filled == np.float32(known[known != filled].mean(dtype=np.float64))


def test_codes_are_places_among_the_sorted_strings(flights: Manifest) -> None:
    """Strings became codes, and the manifest says which."""
    assert flights.categories["origin"] == ("EWR", "JFK", "LGA")
    assert len(flights.categories["carrier"]) == 16
    origins = np.concatenate([table["origin"].to_numpy() for table in content(flights).values()])
    assert np.bincount(origins.astype(int)).tolist() == [117_596, 109_416, 101_509]


def test_rows_are_shuffled(flights: Manifest) -> None:
    """Each row group holds flights of all months, in about equal shares."""
    months = content(flights)["train"]["month"].to_numpy()
    first = np.bincount(months[: len(months) // 64].astype(int), minlength=13)[1:]
    assert first.min() > 250
