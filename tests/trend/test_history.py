"""Nights are kept one in a file, whole or not at all, and no file is ever written twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import fs

from bench.errors import ResultsError, UsageError
from bench.trend.history import History, open_history
from bench.trend.night import SCHEMA, from_json
from tests.trend.nights import night, nights

PAST = Path(__file__).parent


@pytest.fixture(params=["directory", "uri", "any filesystem"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """An empty history: a directory, a URI, and what is done on filesystems that know neither links nor locks."""
    if request.param == "any filesystem":
        (tmp_path / "bucket").mkdir()
        return History("bucket", fs.SubTreeFileSystem(str(tmp_path / "bucket"), fs.LocalFileSystem()), "nights")
    place = tmp_path / "nights"
    return open_history(place.as_uri() if request.param == "uri" else str(place))


def test_what_is_added_is_read_back_in_order(history: History) -> None:
    """Nights come back as they were, the oldest first, in whatever order they were added."""
    assert history.nights() == []
    assert all(history.add(one) for one in reversed(nights([1.0, 2.0, 3.0])))
    assert history.nights() == nights([1.0, 2.0, 3.0])


def test_the_same_night_is_added_once(history: History) -> None:
    """Adding what is there already changes nothing, and is said."""
    assert history.add(night(0, 1.0))
    assert not history.add(night(0, 1.0))
    assert history.add(night(0, 2.0)), "another verdict of the same moment is another night"
    assert len(history.nights()) == 2


def test_every_past_version_stays_readable() -> None:
    """Nights of each version that there ever was are read."""
    for version in range(1, SCHEMA + 1):
        found = from_json((PAST / f"night-{version}.json").read_bytes(), "past")
        assert found.cases
        assert found.reference


def test_jobs_at_once_undo_nothing(tmp_path: Path) -> None:
    """Four processes that add the same and different nights at once leave each night once, whole."""
    program = (
        "import sys\n"
        "from bench.trend.history import open_history\n"
        "from tests.trend.nights import night\n"
        "history = open_history(sys.argv[1])\n"
        "sys.stdin.read()\n"
        "for day in range(20):\n"
        "    history.add(night(day, 1.0))\n"
        "    history.add(night(day, float(sys.argv[2]) + 2))\n"
    )
    place, root = str(tmp_path / "nights"), Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    jobs = [
        subprocess.Popen([sys.executable, "-c", program, place, str(job)], stdin=subprocess.PIPE, env=environ)
        for job in range(4)
    ]
    for job in jobs:
        job.stdin.close()
    assert [job.wait(timeout=200) for job in jobs] == [0] * 4
    assert len(open_history(place).nights()) == 20 * 5
    assert not [path for path in Path(place).iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is damaged"),
        (b'{"schema": 1, "at": "2026-', "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[]", "is no night of a history"),
        (b'{"schema": 1}', "is no night of a history"),
        (b'{"schema": 99}', "has schema version 99, newer than this bench reads: update bench"),
    ],
)
def test_a_file_that_is_no_night_gets_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    """A truncated, foreign or newer file is named, and stays as it is."""
    history = open_history(str(tmp_path))
    history.add(night(0, 1.0))
    (tmp_path / "20260901T000000Z-0.json").write_bytes(content)
    with pytest.raises(ResultsError, match=rf"20260901T000000Z-0\.json {sentence}"):
        history.nights()
    assert (tmp_path / "20260901T000000Z-0.json").read_bytes() == content


def test_a_figure_that_is_not_finite_is_refused() -> None:
    """JSON as Python writes it may hold a NaN; a history may not."""
    content = json.loads(night(0, 1.0).to_json())
    content["cases"]["xgboost, train"]["log"] = float("nan")
    with pytest.raises(ResultsError, match="NaN is no number"):
        from_json(json.dumps(content).encode(), "a file")


@pytest.mark.parametrize("log", [1000, -1000, 1e300])
def test_a_figure_that_no_case_can_have_is_refused(log: float) -> None:
    """The logarithm of no duration and no ratio is a thousand; its exponential would be no number."""
    content = json.loads(night(0, 1.0).to_json())
    content["cases"]["xgboost, train"]["log"] = log
    with pytest.raises(ResultsError, match="a file is no night of a history"):
        from_json(json.dumps(content).encode(), "a file")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """Hidden files, which may be half-written, and other kinds of files are nobody's nights."""
    history = open_history(str(tmp_path))
    history.add(night(0, 1.0))
    (tmp_path / ".half").write_text("{")
    (tmp_path / "README.md").write_text("nights")
    assert len(history.nights()) == 1


def test_a_place_that_cannot_be_written_to_gets_one_sentence(tmp_path: Path) -> None:
    """Where no night can be kept, the sentence names the place."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsError, match=r"file/nights cannot be written to \(Not a directory\)"):
        open_history(str(tmp_path / "file" / "nights")).add(night(0, 1.0))


def test_a_uri_of_no_filesystem_gets_one_sentence() -> None:
    """A scheme that nobody knows is bad usage."""
    with pytest.raises(UsageError, match="nothing://here cannot be opened"):
        open_history("nothing://here")


def test_a_password_in_a_uri_is_not_repeated() -> None:
    """Messages name the place, and neither user nor password."""
    with pytest.raises(UsageError, match="nothing://here cannot be opened") as caught:
        open_history("nothing://me:secret@here")
    assert "secret" not in str(caught.value)
    assert open_history("s3://me:secret@here/there?region=us-east-1").place == "s3://here/there?region=us-east-1"
