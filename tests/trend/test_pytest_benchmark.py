"""What pytest-benchmark writes becomes a night; the files are written by pytest-benchmark itself."""

import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import ResultsError
from bench.trend.pytest_benchmark import read
from tests.trend.nights import without_xdist

TESTS = """
def test_one(benchmark):
    benchmark.pedantic(sum, args=([1, 2, 3],), rounds=7)

def test_two(benchmark):
    benchmark.pedantic(sorted, args=([3, 1, 2],), rounds=5)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What `pytest --benchmark-json` writes of two benchmarks."""
    directory = tmp_path_factory.mktemp("project")
    (directory / "test_them.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-json=out.json"]
    subprocess.run(command, cwd=directory, env=without_xdist(), check=True, capture_output=True)
    return json.loads((directory / "out.json").read_text())


def _file(directory: Path, content: object) -> Path:
    path = directory / "out.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_case_is_the_median_of_its_rounds(written: dict, tmp_path: Path) -> None:
    """Cases are called by their full names, and a figure is the logarithm of the median of all rounds' seconds."""
    night = read(_file(tmp_path, written))
    assert {name: figure.runs for name, figure in night.cases.items()} == {
        "test_them.py::test_one": 7,
        "test_them.py::test_two": 5,
    }
    data = written["benchmarks"][0]["stats"]["data"]
    assert night.cases["test_them.py::test_one"].log == math.log(statistics.median(data))
    assert night.reference is None
    assert night.at.endswith("Z")
    assert night.machine


def test_machines_are_told_apart_without_being_named(written: dict, tmp_path: Path) -> None:
    """Another CPU is another machine, another host's name is not, and neither is kept."""
    machine = read(_file(tmp_path, written)).machine
    info = written["machine_info"]
    assert read(_file(tmp_path, written | {"machine_info": info | {"node": "elsewhere"}})).machine == machine
    assert read(_file(tmp_path, written | {"machine_info": info | {"cpu": {"count": 999}}})).machine != machine
    assert info["node"] not in read(_file(tmp_path, written)).to_json().decode()


def test_a_moment_without_a_zone_is_utc(written: dict, tmp_path: Path) -> None:
    """Versions before 4 wrote UTC without saying so."""
    assert read(_file(tmp_path, written | {"datetime": "2026-11-24T20:30:00.123456"})).at == "2026-11-24T20:30:00Z"
    assert read(_file(tmp_path, written | {"datetime": "2026-11-24T20:30:00+02:00"})).at == "2026-11-24T18:30:00Z"


def _without_data(written: dict) -> dict:
    first, *rest = written["benchmarks"]
    stats = {name: value for name, value in first["stats"].items() if name != "data"}
    return written | {"benchmarks": [first | {"stats": stats}, *rest]}


@pytest.mark.parametrize("content", ["", "[1, 2", "[]", '{"schema": 1}', "3"])
def test_a_foreign_file_gets_one_sentence(tmp_path: Path, content: str) -> None:
    """Truncated, empty and other JSON is refused in a sentence."""
    with pytest.raises(ResultsError, match=r"out\.json is (damaged|not what pytest-benchmark writes)"):
        read(_file(tmp_path, content))


def test_a_file_that_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(ResultsError, match=r"out\.json cannot be read: No such file"):
        read(tmp_path / "out.json")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda written: written | {"datetime": "yesterday"}, "is not what pytest-benchmark writes"),
        (lambda written: written | {"benchmarks": []}, "holds no benchmark"),
        (lambda written: written | {"benchmarks": written["benchmarks"] * 2}, "has two benchmarks called test_them"),
        (_without_data, r"has no `stats\.data` for test_them\.py::test_one: .+--benchmark-save-data"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(written: dict, tmp_path: Path, change: object, sentence: str) -> None:
    """What lacks a moment, a benchmark, a name of its own, or the rounds, is refused in a sentence."""
    with pytest.raises(ResultsError, match=sentence):
        read(_file(tmp_path, change(written)))
