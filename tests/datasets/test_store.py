"""Datasets are found by name or path, checked when they are opened, and put in place in one step."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import ensure, open_dataset, read_manifest, store
from bench.datasets import home as home_of_datasets
from bench.datasets.format.fingerprint import recompute, verify_content
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError, UsageError


@pytest.fixture
def some(home: Path) -> Path:
    """A dataset with two files to train on."""
    make_synthetic(8000, 3, files=2, name="some")
    return home / "some"


def test_names_and_paths(some: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up in the home of datasets; what has a slash or a manifest is a path."""
    assert open_dataset("some") == open_dataset(str(some))
    monkeypatch.chdir(some.parent)
    assert open_dataset("./some").path == str(some)
    monkeypatch.setenv("BENCH_DATA", str(some.parent / "elsewhere"))
    assert open_dataset("some").path == str(some)
    assert store.names() == []


def test_the_home_of_datasets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without `BENCH_DATA`, datasets lie in the user's data directory."""
    monkeypatch.delenv("BENCH_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home_of_datasets() == tmp_path / "tf-spark-bench" / "datasets"


@pytest.mark.usefixtures("home")
def test_what_is_not_there() -> None:
    """A dataset that is missing is a sentence that says how to make it."""
    with pytest.raises(DatasetError, match=r"no dataset 'flights': .*`bench data make flights`"):
        open_dataset("flights")
    with pytest.raises(DatasetError, match="no dataset 'other'"):
        ensure("other")
    with pytest.raises(DatasetError, match="no dataset at /nowhere/at/all"):
        open_dataset("/nowhere/at/all")
    with pytest.raises(UsageError, match="cannot be a dataset's name"):
        open_dataset("")


def test_a_name_is_not_taken_twice(some: Path) -> None:
    """A dataset is replaced on demand only, and then whole."""
    before = open_dataset("some")
    with pytest.raises(UsageError, match="already"):
        make_synthetic(8000, 3, seed=1, name="some")
    assert open_dataset("some") == before
    replaced = make_synthetic(2000, 3, seed=1, name="some", force=True)
    assert open_dataset("some") == replaced.dataset != before
    assert os.listdir(some.parent) == ["some"]


@pytest.mark.usefixtures("some")
def test_a_failure_leaves_the_old_one(home: Path) -> None:
    """Whatever ends the making of a dataset, the one that it was to replace is still there, and nothing else."""
    before = open_dataset("some")
    for error in (KeyboardInterrupt, ValueError, DatasetError):
        with pytest.raises(error), store.stage_dataset("some", force=True) as directory:
            (directory / "half").write_text("half")
            raise error
    with pytest.raises(OSError, match="strange"), store.stage_dataset("some", force=True):
        raise OSError(errno.EIO, "strange")
    assert open_dataset("some") == before
    assert os.listdir(home) == ["some"]


def test_who_is_killed_while_replacing_one_loses_none(some: Path) -> None:
    """What was moved away, and had no successor yet, is put back by the next maker of any dataset."""
    before = open_dataset("some")
    hidden = some.parent / ".some.abcd1234"
    hidden.mkdir()
    (hidden / ".owner").touch()
    (hidden / "some").mkdir()
    some.rename(hidden / "replaced")
    with pytest.raises(UsageError, match="already"):
        make_synthetic(2000, 3, name="some")
    assert open_dataset("some") == before
    assert os.listdir(some.parent) == ["some"]


def test_who_is_killed_after_replacing_one_brings_none_back(some: Path) -> None:
    """What has a successor does not come back, even where the user takes the successor away before the next maker."""
    hidden = some.parent / ".some.abcd1234"
    hidden.mkdir()
    (hidden / ".owner").touch()
    some.rename(hidden / "replaced")
    make_synthetic(2000, 3, name="other")
    assert os.listdir(some.parent) == ["other"]


def test_the_second_of_two_that_make_one(home: Path) -> None:
    """When two make a dataset of one name at once, the second is told so and harms nothing."""
    with pytest.raises(UsageError, match="meanwhile"), store.stage_dataset("some") as directory:
        (directory / "mine").touch()
        make_synthetic(2000, 2, name="some")
    assert open_dataset("some").rows == 2000
    assert os.listdir(home) == ["some"]


def test_a_place_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that cannot be made is a sentence."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "file" / "home"))
    with pytest.raises(DatasetError, match="cannot be written to"):
        make_synthetic(2000, 2)


def test_a_file_that_is_not_as_written_is_named(some: Path) -> None:
    """A file that is missing, cut, or that has another footer or page header, is found when the dataset is opened."""
    path = some / "split=train" / "part-00001.parquet"
    whole = path.read_bytes()
    path.unlink()
    with pytest.raises(DatasetError, match=rf"{path} is missing"):
        open_dataset("some")
    path.write_bytes(whole[:-1])
    with pytest.raises(DatasetError, match=rf"{path} has [\d,]+ bytes where"):
        open_dataset("some")
    path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    with pytest.raises(DatasetError, match=rf"{path} is damaged \(not the footer"):
        open_dataset("some")
    path.write_bytes(whole[:5] + bytes([whole[5] ^ 1]) + whole[6:])
    with pytest.raises(DatasetError, match=rf"{path} is damaged \(not the page headers"):
        open_dataset("some")
    path.write_bytes(whole)
    open_dataset("some")


def test_a_flipped_byte_is_an_error_and_never_a_result(some: Path) -> None:
    """A changed byte anywhere in a file is an error that names the file, or the values are all as they were."""
    generator = np.random.default_rng(0)
    path = some / "split=train" / "part-00000.parquet"
    whole = path.read_bytes()
    fingerprint = read_manifest(some).dataset.fingerprint
    harmless = 0
    for at in [*range(40), *range(len(whole) - 12, len(whole)), *generator.integers(0, len(whole), 300)]:
        changed = bytearray(whole)
        changed[at] ^= int(generator.integers(1, 256))
        path.write_bytes(changed)
        try:
            open_dataset("some")
            found = recompute(read_manifest(some))
        except DatasetError as error:
            assert str(path) in str(error)  # noqa: PT017 - either this or equal values
        else:
            assert found == fingerprint
            harmless += 1
    assert harmless < 20


def test_every_change_of_a_page_header_is_found(some: Path) -> None:
    """The page headers, which no checksum covers, are compared: some changes read well and give other values."""
    path = some / "split=test" / "part-00000.parquet"
    whole = path.read_bytes()
    # The first page's encoding, between what is the same in all of them: plain, and once changed BYTE_STREAM_SPLIT.
    encoding = whole.index(b"\x15\x00\x15\x06\x15\x06") + 1
    for at, change in [(at, 1 << bit) for at in range(4, 32) for bit in range(8)] + [(encoding, 18)]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
        with pytest.raises(DatasetError, match="page headers"):
            open_dataset("some")
    assert recompute(read_manifest(some)) != read_manifest(some).dataset.fingerprint
    with pytest.raises(DatasetError, match="not those that were written"):
        verify_content(read_manifest(some))


def test_every_byte_can_be_verified(some: Path) -> None:
    """Reading the whole dataset gives its fingerprint, and files that were exchanged for valid others do not."""
    verify_content(read_manifest(some))
    first, second = (some / "split=train" / f"part-0000{n}.parquet" for n in range(2))
    shutil.copy(first, second)
    with pytest.raises(DatasetError, match="not those that were written"):
        verify_content(read_manifest(some))
