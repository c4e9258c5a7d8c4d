"""A strategy's set-up imports what it uses, and not what is there for others."""

import subprocess
import sys

import pytest

ALONE = """
import sys
from strategies.lib.imports import import_alone
library = import_alone({name!r})
assert library.__name__ == {name!r}
print([name for name in ("pandas", "sklearn") if name in sys.modules])
import sklearn.base, pandas
"""
ROWS = """
import sys
from pathlib import Path
from bench import rows
from bench.datasets import open_dataset
from bench.model import Storage
dataset = open_dataset({path!r}, Storage())
rows.import_libraries(2)
features, labels, _ = rows.open(dataset, "train").matrix(2)
with rows.PredictionWriter(Path({scores!r})) as predictions:
    for row_ids, features in rows.open(dataset, "test").batches():
        predictions.write(row_ids, features[:, 0])
print([name for name in ("pandas", "sklearn") if name in sys.modules])
"""


def printed(program: str) -> str:
    """Return what a program prints in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_trees_are_imported_without_what_they_do_not_use(name):
    """Neither library imports scikit-learn or pandas, and both can be imported afterwards."""
    pytest.importorskip(name)
    assert printed(ALONE.format(name=name)) == "[]"


def test_rows_are_read_and_scores_written_without_pandas(tiny, tmp_path):
    """Of itself pyarrow imports pandas at its first conversion, for a second of what is set up or measured."""
    assert printed(ROWS.format(path=tiny.path, scores=str(tmp_path / "scores.parquet"))) == "[]"
