"""What a working tree may hold beside its commit."""

import os
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.gate.arms.revisions import refuse_dirty, top
from tests.gate.conftest import Repository, spin


def _add(repository: Repository, name: str) -> None:
    path = repository.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")


def test_what_a_night_leaves_in_the_checkout_is_no_code(repository: Repository) -> None:
    """A night's files, its history and its datasets make no tree dirty, though no .gitignore names them."""
    repository.commit({"steady": spin(10)})
    for name in ("nightly/gate/verdict.json", "history/night.json", ".bench-data/flights/split=train/0.parquet"):
        _add(repository, name)
    refuse_dirty(repository.path)


@pytest.mark.parametrize("name", ["more.py", "more/deep/code.py", "more/pyproject.toml"])
def test_new_code_is_refused_by_its_name(repository: Repository, name: str) -> None:
    """Code that git does not know is named, however deep it lies, beside whatever else there is."""
    repository.commit({"steady": spin(10)})
    _add(repository, "nightly/gate/verdict.json")
    _add(repository, name)
    with pytest.raises(UsageError, match=f"commit \\({name}\\)"):
        refuse_dirty(repository.path)


def test_names_that_are_not_utf8(repository: Repository, tmp_path: Path) -> None:
    """A checkout in a directory with a Latin-1 name is found, and a changed file with one is named, quoted or not."""
    repository.commit({"steady": spin(10)})
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xe9p\xf4t"))
    repository.path = repository.path.rename(place)
    (place / "deep").mkdir()
    assert top(place) == top(place / "deep") == place.resolve()
    (place / os.fsdecode(b"caf\xe9.py")).write_text("")
    for quoted, name in (("true", r"caf\\351\.py"), ("false", "caf\ufffd\\.py")):
        repository.git("config", "core.quotePath", quoted)
        with pytest.raises(UsageError, match=f"commit \\({name}\\)"):
            refuse_dirty(place)
