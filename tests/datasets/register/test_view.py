"""Both ways to read a row group of a table give the same rows: bit by bit, whatever rule chooses them."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import rows
from bench.datasets.makers import orc_format, parquet_format, table_format
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.register.register import register_table
from bench.datasets.register.table import open_view
from bench.datasets.register.verify import verify_table
from bench.datasets.store import open_manifest
from bench.errors import DatasetError, UsageError

ROWS = 3_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of every type that becomes a feature, with and without missing values, in files of two formats."""
    generator = np.random.default_rng(3)
    day = np.sort(generator.integers(0, 30, ROWS))
    columns: dict[str, pa.Array] = {
        "double": pa.array(generator.normal(size=ROWS) * 1e6),
        "float": pa.array(generator.normal(size=ROWS).astype(np.float32)),
        "whole": pa.array(generator.integers(-(2**40), 2**40, ROWS)),
        "unsigned": pa.array(generator.integers(0, 255, ROWS).astype(np.uint8)),
        "flag": pa.array(generator.random(ROWS) < 0.5),
        "price": pa.array([Decimal(int(cents)) / 100 for cents in generator.integers(0, 9999, ROWS)]),
        "town": pa.array(generator.choice(["Bonn", "Ulm", "Köln"], ROWS)),
        "when": pa.array(pd.to_datetime("2024-01-01") + pd.to_timedelta(day, unit="D")),
    }
    holes = pa.array(generator.random(ROWS) < 0.1)
    gappy = {f"{name}_gaps": pa.compute.if_else(holes, pa.scalar(None, one.type), one) for name, one in columns.items()}
    columns["label"] = pa.array(generator.random(ROWS) < 0.3)
    columns["weight"] = pa.array(generator.random(ROWS))
    columns["id"] = pa.array(generator.integers(0, 50, ROWS))
    whole = pa.table({**columns, **gappy})
    path = tmp_path_factory.mktemp("kinds")
    for number, start in enumerate(range(0, ROWS, 1000)):
        place = path / f"part={number}" / "rows.parquet"
        place.parent.mkdir()
        pq.write_table(whole.slice(start, 1000), place, row_group_size=300)
    orc.write_table(whole.drop_columns(["unsigned", "unsigned_gaps"]), path.parent / "kinds.orc")
    return path


RULES = ("hash", "group=id", "when<2024-01-20", "flag")
WHERE = ("", "part >= 1", "whole > 0 and part != 1")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=st.sampled_from(RULES), where=st.sampled_from(WHERE), sample=st.sampled_from([None, 400, 1100]))
def test_both_ways_give_the_same_rows(
    table: Path, home: Path, monkeypatch: pytest.MonkeyPatch, rule: str, where: str, sample: int | None
) -> None:
    """A row group at once, column by column, is what its batches are one after the other; and so are its rows."""
    assert home.exists()
    for module in (table_format, parquet_format, orc_format):
        monkeypatch.setattr(module, "BATCH_ROWS", 128)
    options = {"timestamps": ("day", "age"), "weight": "weight", "split_by": rule, "where": where, "sample": sample}
    manifest = register_table(str(table), "label", name="view", force=True, **options)
    view, dataset = open_view(manifest.registered), manifest.dataset
    seen = dict.fromkeys(("train", "test"), 0)
    fill = np.array(manifest.registered["fill"], np.float32)
    for split in seen:
        for group in rows.open(dataset, split).groups:
            portions = list(view.portions(group.path, group.index))
            values = np.concatenate([portion.values for portion in portions], axis=1)
            at_once = view.read(group.path, group.index, dataset.columns)
            assert values.tobytes() == at_once.values.tobytes()
            sides = np.concatenate([portion.sides for portion in portions])
            assert np.array_equal(sides, at_once.sides)
            assert np.array_equal(np.concatenate([portion.row_ids for portion in portions]), at_once.row_ids)
            mine = values[:, sides == ("train", "test").index(split)]
            filled = np.where(np.isnan(mine[2:]), fill[:, None], mine[2:])
            part = rows.open(dataset, split).only([group])
            features, labels, weights = part.matrix(threads=1)
            assert np.array_equal(features, filled.T)
            assert np.array_equal(labels, mine[0])
            assert np.array_equal(weights, mine[1])
            ((ids, batch),) = part.batches()
            assert np.array_equal(batch, features)
            seen[split] += len(ids)
    assert seen == {"train": dataset.train_rows, "test": dataset.test_rows}


def test_orc_is_read_in_both_ways(table: Path, home: Path) -> None:
    """Stripes are row groups, of which all columns come at once."""
    dataset = register_table(str(table.parent / "kinds.orc"), "label", timestamps=("day",), name="stripes").dataset
    assert Path(dataset.path).parent == home
    view = open_view(open_manifest("stripes").registered)
    for group in rows.open(dataset, "train").groups:
        values = np.concatenate([part.values for part in view.portions(group.path, group.index)], axis=1)
        assert (
            values.tobytes() == view.read(group.path, group.index, dataset.columns, use_threads=True).values.tobytes()
        )


def test_a_sample_is_that_of_an_import_and_inside_a_larger_one(table: Path, home: Path) -> None:
    """Registered and imported samples have the same rows, and each sample is inside the next."""
    found = []
    for number in (300, 1200, 2500):
        name = f"of-{number}"
        dataset = register_table(str(table), "label", ("double", "whole"), name=name, sample=number).dataset
        copy = import_parquet(str(table), "label", ("double", "whole"), name=f"copy-{name}", sample=number).dataset
        assert dataset.rows == copy.rows == number
        here, there = (
            np.concatenate([features for _, features in rows.open(one, "train", "test").batches()])
            for one in (dataset, copy)
        )
        assert np.array_equal(here[np.lexsort(here.T)], there[np.lexsort(there.T)])
        ids = pa.concat_tables(rows.open(dataset, "train", "test").tables(["row_id"]))["row_id"].to_pylist()
        found.append(set(ids))
        assert len(found[-1]) == number
    assert found[0] < found[1] < found[2]
    with pytest.raises(UsageError, match="There are 3,000 rows, too few for a sample of 4,000"):
        register_table(str(table), "label", name="too-many", sample=4000)
    assert not (home / "too-many").exists()


def test_verifying_names_the_file_that_changed(tmp_path: Path, home: Path) -> None:
    """A file that has the size and time of before, but another value, is found by reading its rows."""
    generator = np.random.default_rng(0)
    for name in ("one", "two"):
        values = pa.table({"x": generator.normal(size=500), "label": generator.random(500) < 0.5})
        pq.write_table(values, tmp_path / f"{name}.parquet", compression="none", use_dictionary=False)
    manifest = register_table(str(tmp_path), "label", name="kept", force=True)
    assert Path(manifest.dataset.path).parent == home
    verify_table(manifest)
    file = tmp_path / "two.parquet"
    modified, content = file.stat().st_mtime_ns, bytearray(file.read_bytes())
    at = content.index(np.float64(pq.read_table(file)["x"][77].as_py()).tobytes())
    content[at : at + 8] = np.float64(0.125).tobytes()
    file.write_bytes(content)
    os.utime(file, ns=(modified, modified))
    with pytest.raises(DatasetError, match=r"two\.parquet has the size and time .* and yet other rows"):
        verify_table(open_manifest("kept"))
