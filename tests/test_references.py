"""The reference model: made once, kept with its dataset, and made again when anything of it has changed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import Dataset, references
from bench.errors import DatasetError, UsageError
from tests.conftest import on_one_python

SAVE = """
import sys
import {keras} as keras
model = keras.Sequential([keras.Input((int(sys.argv[2]),)), keras.layers.Dense({units}, activation={activation!r})])
{save}
"""
FORMATS = {
    "keras-3.keras": ("keras", "model.save(sys.argv[1])"),
    "keras-3.h5": ("keras", "model.save(sys.argv[1])"),
    "keras-3-exported": ("keras", "model.export(sys.argv[1])"),
    "legacy.keras": ("tf_keras", "model.save(sys.argv[1])"),
    "legacy.h5": ("tf_keras", "model.save(sys.argv[1])"),
    "legacy-saved-model": ("tf_keras", "model.save(sys.argv[1])"),
}


def save_model(
    path: Path, features: int = 4, units: int = 1, activation: str = "sigmoid", name: str = "legacy.keras"
) -> Path:
    """Save a model of one layer, in one of the `FORMATS`."""
    keras, save = FORMATS[name]
    program = SAVE.format(keras=keras, save=save, units=units, activation=activation)
    subprocess.run([sys.executable, "-c", program, str(path), str(features)], check=True, capture_output=True)
    return path


def test_it_is_made_once_and_again_when_it_was_changed(few: Dataset) -> None:
    """What lies there is used as it is; a model or predictions that were tampered with are made anew, to the byte."""
    first = references.ensure(few)
    written = first.predictions.stat().st_mtime_ns
    assert references.ensure(few) == first
    assert first.predictions.stat().st_mtime_ns == written
    content = first.predictions.read_bytes()
    first.predictions.write_bytes(content[:-1])
    again = references.ensure(few)
    assert again.predictions.read_bytes() == content
    (again.model.parent / "facts.json").write_text('{"file": "model.keras"')
    assert references.ensure(few).predictions.read_bytes() == content
    assert [path.name for path in again.model.parent.parent.iterdir()] == ["mlp"]


def test_it_is_not_taken_from_another_dataset(few: Dataset) -> None:
    """A reference that was copied from another dataset is not used, however whole it is."""
    reference = references.ensure(few)
    facts = reference.model.parent / "facts.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"dataset": "0" * 32}))
    references.ensure(few)
    assert json.loads(facts.read_text())["dataset"] == few.fingerprint


@on_one_python
@pytest.mark.parametrize("name", FORMATS)
def test_a_users_model_of_any_format_is_scored_with(few: Dataset, tmp_path: Path, name: str) -> None:
    """Keras 3 and legacy Keras, `.keras`, `.h5` and SavedModel: each loads and scores every row."""
    import pyarrow.parquet as pq

    model = save_model(tmp_path / name, name=name)
    reference = references.ensure(few, model)
    assert reference.model == model
    assert reference.fingerprint == references.content_digest(model)
    predictions = pq.read_table(reference.predictions)
    assert sorted(predictions["row_id"].to_pylist()) == list(range(500))


@on_one_python
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"features": 5}, r"takes an array of shape \(rows, 5\), and the dataset has 4 features"),
        ({"units": 2}, r"gives an array of shape \(rows, 2\), and one probability for each row is needed"),
        ({"activation": "linear"}, "no probabilities: it must end with a sigmoid"),
    ],
)
def test_a_model_that_does_not_fit_gets_one_sentence(few: Dataset, tmp_path: Path, wrong: dict, sentence: str) -> None:
    """What the model takes or gives is said beside what is needed, and nothing is left."""
    model = save_model(tmp_path / "model.keras", **wrong)
    with pytest.raises(UsageError, match=sentence):
        references.ensure(few, model)
    assert not list(Path(few.path, "reference").iterdir())


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04"])
def test_a_file_that_is_no_model_gets_one_sentence(few: Dataset, tmp_path: Path, content: bytes) -> None:
    """An empty, a foreign and a truncated file do not load."""
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(UsageError, match=r"model\.keras cannot be used: it does not load as a Keras model \(.+\)\."):
        references.ensure(few, tmp_path / "model.keras")


def test_a_dataset_that_cannot_be_written_to_gets_one_sentence(few: Dataset) -> None:
    """Where the reference cannot be kept, the sentence says where and why."""
    Path(few.path, "reference").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cannot be kept in .+reference \(File exists\)"):
        references.ensure(few)
