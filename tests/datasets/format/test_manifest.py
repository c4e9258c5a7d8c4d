"""The manifest says what a dataset is, is cheap to read, and is refused when it is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.datasets import load_manifest, read_manifest
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError


@pytest.fixture
def path(home: Path) -> Path:
    """A dataset."""
    make_synthetic(2000, 2, name="some")
    return home / "some"


def test_it_says_everything(path: Path) -> None:
    """The file holds the fields of a dataset, the splits' positives, the files, and how it was made."""
    content = json.loads((path / "dataset.json").read_text())
    assert content["schema"] == 1
    assert (content["name"], content["label"], content["features"]) == ("some", "label", ["x0", "x1"])
    assert (content["rows"], content["train_rows"], content["test_rows"]) == (2000, 1600, 400)
    assert set(content["positives"]) == set(content["labels"]) == {"train", "test"}
    assert content["source"] == {"maker": "synthetic", "rows": 2000, "features": 2, "seed": 0}
    assert {"means", "stds", "fingerprint", "best_auc", "floors", "imputed", "categories", "files"} <= set(content)
    assert "path" not in content


def test_a_moved_dataset_knows_where_it_is(path: Path, tmp_path: Path) -> None:
    """The dataset's path is where its manifest was read, so that a directory may be moved."""
    moved = path.rename(tmp_path / "moved")
    assert load_manifest(moved).split("train") == str(moved / "split=train")


def test_reading_it_imports_nothing_heavy(path: Path) -> None:
    """The measured process loads a dataset with the standard library only."""
    code = (
        "import sys; from bench.datasets import load_manifest; load_manifest(sys.argv[1]);"
        "print([name for name in ('numpy', 'pyarrow', 'pandas', 'click', 'rich') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ("{}", "is damaged"),
        ('{"schema": 1}', "is damaged"),
        ('{"schema": "of\\nmany lines"}', "is damaged"),
        ('{"schema": 2}', "has version 2, and this bench reads version 1"),
    ],
)
def test_what_is_not_ours_is_refused(path: Path, content: str, sentence: str) -> None:
    """A manifest that is damaged, or of another version, is named and refused."""
    (path / "dataset.json").write_text(content)
    with pytest.raises(DatasetError, match=sentence) as caught:
        read_manifest(path)
    assert str(path / "dataset.json") in str(caught.value)


def test_a_manifest_cut_anywhere_is_refused(path: Path) -> None:
    """However much of the manifest is left, it is refused as damaged."""
    whole = (path / "dataset.json").read_text().rstrip()
    for length in range(0, len(whole), 7):
        (path / "dataset.json").write_text(whole[:length])
        with pytest.raises(DatasetError, match="is damaged"):
            read_manifest(path)
