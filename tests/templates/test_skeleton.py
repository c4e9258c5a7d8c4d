"""`bench new-strategy` writes a strategy that runs as it is, or nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.templates import skeleton

Bench = Callable[..., subprocess.CompletedProcess[str]]


def test_what_it_writes_passes_its_own_test(bench: Bench, tmp_path: Path) -> None:
    """A newcomer's first file is a strategy that trains, scores and passes every inherited test, before any edit."""
    answer = bench("new-strategy", "mine")
    assert answer.returncode == 0, answer.stderr
    for line in ("mine.py", "test_mine.py", "[project.entry-points.bench]", 'mine = "mine"'):
        assert line in answer.stdout
    command = [sys.executable, "-m", "pytest", "-q", "-Werror", "test_mine.py"]
    tests = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert tests.returncode == 0, tests.stdout
    assert "7 passed, 11 skipped" in tests.stdout


def test_in_a_checkout_the_files_go_where_ours_are(tmp_path: Path) -> None:
    """In a checkout of this project the strategy and its test lie beside the others."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "tf-spark-bench"\n')
    written = skeleton.write("mine", tmp_path)
    assert written == [tmp_path / "strategies" / "mine.py", tmp_path / "tests" / "strategies" / "test_mine.py"]
    assert 'Path(__file__).parents[2] / "strategies" / "mine.py"' in written[1].read_text()
    assert skeleton.entry_point(written[0]) == '[project.entry-points.bench]\nmine = "strategies.mine"'


def test_elsewhere_they_lie_side_by_side(tmp_path: Path) -> None:
    """Outside a checkout both files lie in the directory that was asked for, by the file's own name as its module."""
    written = skeleton.write("mine", tmp_path / "new")
    assert written == [tmp_path / "new" / "mine.py", tmp_path / "new" / "test_mine.py"]
    assert skeleton.entry_point(written[0]) == '[project.entry-points.bench]\nmine = "mine"'


@pytest.mark.parametrize("name", ["two words", "1st", "class", "_shared", "a-b", "", "../evil", "a.b"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    """A name that Python could not import, or that stands for shared code, is refused and nothing is written."""
    with pytest.raises(UsageError, match="cannot be a strategy's name: use letters"):
        skeleton.write(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    """A name of an installed strategy is refused: two of one name could not run."""
    with pytest.raises(UsageError, match="a strategy 'null' already: choose another"):
        skeleton.write("null", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_name_that_hides_a_module_is_refused(tmp_path: Path) -> None:
    """A file numpy.py beside the strategy's test would be imported instead of numpy."""
    with pytest.raises(UsageError, match="would hide the Python module 'numpy'"):
        skeleton.write("numpy", tmp_path)


@pytest.mark.parametrize("existing", ["mine.py", "test_mine.py"])
def test_an_existing_file_stays_as_it_is(bench: Bench, tmp_path: Path, existing: str) -> None:
    """If either file is there already, neither is written, and the exit code is 2."""
    (tmp_path / existing).write_text("precious")
    answer = bench("new-strategy", "mine")
    assert answer.returncode == 2
    assert answer.stderr == f"Error: The file {existing} is there already: choose another name or another --out.\n"
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert (tmp_path / existing).read_text() == "precious"


def test_a_directory_that_cannot_be_written_to_is_refused() -> None:
    """A place that takes no file gets one sentence."""
    with pytest.raises(UsageError, match="cannot be written"):
        skeleton.write("mine", Path("/proc/nowhere"))
