"""Trained models are kept in a directory or an object store, and come back from a store by their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import StorageError, UsageError
from bench.model import Storage
from bench.stores.models import ModelShelf, fetch
from tests.objectstore import BUCKET, ObjectStore


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path]:
    """A model that is a file, and one that is a directory."""
    file = tmp_path / "model.keras"
    file.write_bytes(b"weights")
    (directory := tmp_path / "saved" / "model").mkdir(parents=True)
    (directory / "saved_model.pb").write_bytes(b"graph")
    (directory / "variables").mkdir()
    (directory / "variables" / "part").write_bytes(b"more weights")
    return file, directory


def test_a_directory_keeps_a_run_in_a_directory_of_its_own(tmp_path: Path, models: tuple[Path, Path]) -> None:
    """A trial's model has the name of its log."""
    shelf = ModelShelf(str(tmp_path / "shelf"), Storage())
    file, directory = (
        shelf.keeper("run", name)(model) for name, model in zip(("0001-a", "0002-b"), models, strict=True)
    )
    assert Path(file) == tmp_path / "shelf" / "run" / "0001-a.keras"
    assert Path(file).read_bytes() == b"weights"
    assert Path(directory, "variables", "part").read_bytes() == b"more weights"


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path, models: tuple[Path, Path]) -> None:
    """It says which option to change."""
    (tmp_path / "shelf").write_text("a file")
    with pytest.raises(StorageError, match=r"cannot be written .*: give another --save-model"):
        ModelShelf(str(tmp_path / "shelf"), Storage()).keeper("run", "0001-a")(models[0])


def test_a_store_keeps_models_and_gives_them_back(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models: tuple[Path, Path]
) -> None:
    """The same content comes to the same path, so that a run that is resumed finds what it had."""
    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    uri, storage = f"s3://{BUCKET}/models", store.storage
    shelf = ModelShelf(uri, storage)
    for name, model in zip(("0001-a", "0002-b"), models, strict=True):
        kept = shelf.keeper("run", name)(model)
        assert kept.startswith(f"{uri}/run/{name}")
        back = fetch(kept, storage, tmp_path / "home")
        assert back == fetch(kept, storage, tmp_path / "home")
        files = [file for file in (model.rglob("*") if model.is_dir() else [model]) if file.is_file()]
        for file in files:
            assert (back / file.relative_to(model)).read_bytes() == file.read_bytes()
    with pytest.raises(UsageError, match="holds no model"):
        fetch(f"{uri}/run/0003-c.keras", storage, tmp_path / "home")
