"""`bench data import` with labels that are no labels: each is right, or one sentence and exit code 2."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from bench.cli import main

pytestmark = pytest.mark.every_python
ROWS = 3000
COLUMN = np.random.default_rng(0).normal(size=ROWS)
CLASSES = np.arange(ROWS) % 3
MANY = np.arange(2 * 1001) // 2


def data(*arguments: object) -> Result:
    """Call `bench data`."""
    return CliRunner().invoke(main, ["data", *map(str, arguments)])


def imported(path: Path, columns: dict[str, Any], *options: str) -> Result:
    """Write columns to a file and import it."""
    rows = len(columns["y"])
    pq.write_table(pa.table({"a": np.resize(COLUMN, rows), **columns}), path / "x.parquet")
    return data("import", path / "x.parquet", "--label", "y", *options)


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "no row": ({"y": pa.array([], pa.float64())}, (), "holds no value"),
    "one row": ({"y": [1.5]}, (), "holds one value only, 1.5"),
    "one class": ({"y": ["a"] * ROWS}, (), "holds one value only, a"),
    "one number": ({"y": np.ones(ROWS)}, ("--kind", "regression"), "holds one value only, 1"),
    "three for binary": ({"y": CLASSES}, ("--kind", "binary"), r"holds 3 different values \(0, 1, 2, …\)"),
    "nulls": ({"y": [None, *CLASSES[1:].tolist()]}, (), r"has missing values in .*x\.parquet"),
    "NaN": ({"y": np.r_[np.nan, COLUMN[1:]]}, (), r"has missing values in .*x\.parquet"),
    "infinity": ({"y": np.r_[np.inf, COLUMN[1:]]}, (), r"holds infinities, .* in .*x\.parquet"),
    "beyond float32": ({"y": np.r_[1e39, COLUMN[1:]]}, (), "numbers beyond the 3.4e38 of float32"),
    "1,001 classes": ({"y": MANY}, ("--kind", "multiclass"), "too many for classes: say --kind regression"),
    "1,001 names": ({"y": [f"n{n}" for n in MANY]}, (), "too many for classes: join rare ones"),
    "100,000 names": ({"y": [f"n{n}" for n in range(100_000)]}, (), "too many for classes: join rare ones"),
    "amounts or classes": ({"y": np.arange(900)}, (), "say --kind multiclass or --kind regression"),
    "which of two": ({"y": ["ham", "spam"] * 1500}, (), "say it with --positive VALUE"),
    "none of two": ({"y": ["no", "yes"] * 1500}, ("--positive", "ja"), "give --positive no or --positive yes"),
    "strings for regression": ({"y": ["a", "b"] * 1500}, ("--kind", "regression"), "holds strings"),
    "no such kind": ({"y": CLASSES}, ("--kind", "ranking"), "no kind of problem 'ranking' here"),
    "nested": ({"y": [[1]] * ROWS}, (), "is of type list<"),
    "negative weight": ({"y": CLASSES, "w": -COLUMN}, ("--weight", "w"), "cannot count less than nothing"),
    "weight NaN": ({"y": CLASSES, "w": np.full(ROWS, np.nan)}, ("--weight", "w"), "weight 'w' has missing values"),
    "weight null": ({"y": CLASSES, "w": [None] + [1] * (ROWS - 1)}, ("--weight", "w"), "weight 'w' has missing"),
    "weight infinite": ({"y": CLASSES, "w": np.full(ROWS, np.inf)}, ("--weight", "w"), "weight 'w' is infinite"),
    "weight 0 but in one row": (
        {"y": CLASSES, "w": np.arange(ROWS) == 7},
        ("--weight", "w"),
        r"is 0 in all [\d,]+ rows of the split '(train|test)'",
    ),
    "weight 0": ({"y": CLASSES, "w": np.zeros(ROWS)}, ("--weight", "w"), "is 0 in every row"),
    "weight a string": ({"y": CLASSES, "w": ["x"] * ROWS}, ("--weight", "w"), "weight 'w' is of type string"),
    "weight the label": ({"y": CLASSES}, ("--weight", "y"), "cannot be the weight, too"),
    "weight a feature": ({"y": CLASSES, "w": CLASSES}, ("--weight", "w", "--features", "a,w"), "'w' cannot be a feat"),
    "no such weight": ({"y": CLASSES}, ("--weight", "w"), "There is no column 'w'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str, home: Path, tmp_path: Path) -> None:
    """One sentence on standard error, exit code 2, and no file."""
    columns, options, sentence = REFUSED[what]
    result = imported(tmp_path, columns, *options)
    assert result.exit_code == 2, result.output
    assert not result.stdout
    assert re.fullmatch(r"Error: [^\n]+\.\n", result.stderr)
    assert re.search(sentence, result.stderr)
    assert not list(home.iterdir())


TAKEN: dict[str, tuple[dict[str, Any], tuple[str, ...], str, str]] = {
    "yes and no": ({"y": ["no", "yes"] * 1500}, (), "binary", "50.0% yes"),
    "the other way": ({"y": ["no", "no", "yes"] * 1000}, ("--positive", "no"), "binary", "66.7% no"),
    "strings": ({"y": np.array(["a", "b", "c"])[CLASSES]}, (), "multiclass", "3 classes"),
    "whole numbers": ({"y": CLASSES}, (), "multiclass", "3 classes"),
    "as amounts": ({"y": CLASSES}, ("--kind", "regression"), "regression", "0.9958 ± 0.814"),
    "fractions": ({"y": COLUMN}, (), "regression", "-0.04594 ± 0.991"),
    "1,000 classes": ({"a": np.arange(20_000) // 7, "y": np.arange(20_000) % 1000}, (), "multiclass", "1,000 classes"),
    "weights": ({"y": CLASSES, "w": np.arange(ROWS) % 5}, ("--weight", "w"), "multiclass", "3 classes"),
}


@pytest.mark.parametrize("what", TAKEN)
@pytest.mark.usefixtures("home")
def test_what_is_taken(what: str, tmp_path: Path) -> None:
    """The dataset is of the kind that was named or guessed, and is told and listed with what its labels are like."""
    columns, options, kind, label = TAKEN[what]
    result = imported(tmp_path, columns, *options)
    assert result.exit_code == 0, result.output
    told = " ".join(result.stdout.split())
    assert f"kind {kind}" in told
    assert ("guessed, since it holds" in told) == ("--kind" not in options)
    listed = " ".join(data("list").stdout.split())
    assert f"{kind}, {label}" in listed
    manifest = json.loads(data("describe", "x", "--json").stdout)
    assert (manifest["problem"], manifest["weight"]) == (kind, "w" if "w" in columns else "")
    assert data("describe", "x", "--verify").exit_code == 0


@pytest.mark.usefixtures("home")
def test_a_class_with_one_row(tmp_path: Path) -> None:
    """It is learned where it is for training; where it is not, nobody could learn it, and the class is named."""
    seen = set()
    for at in range(12):
        labels = np.array(["a", "b", *["c", "d"] * (ROWS // 2 - 1)])[np.random.default_rng(at).permutation(ROWS)]
        result = imported(tmp_path, {"y": labels}, "--name", f"x{at}")
        seen.add(result.exit_code)
        if result.exit_code:
            assert result.exit_code == 2
            assert re.search(r"No row of the class '[ab]' of the label 'y' is for training: give more", result.stderr)
    assert seen == {0, 2}
