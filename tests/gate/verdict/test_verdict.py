"""`verdict.json`: written whole, read back, and refused where it cannot be understood."""

import json

import pytest

from bench.errors import ResultsError, UsageError
from bench.gate.verdict import judgement, verdict
from tests.gate.made import RULES, document, failed, measured


@pytest.fixture
def whole():
    """A night with three verdicts."""
    return document([judgement.entry(one, RULES) for one in (measured(), measured(1.2, load=0.5), failed())])


def test_what_is_written_is_read(tmp_path, whole):
    """A verdict survives the way to disk and back, by its directory and by its file; nothing else is left there."""
    verdict.write(tmp_path, whole)
    assert verdict.read(tmp_path) == verdict.read(tmp_path / "verdict.json") == whole
    assert [path.name for path in tmp_path.iterdir()] == ["verdict.json"]


def test_nothing_is_overwritten(tmp_path, whole):
    """A directory that holds something is refused; an empty one and a new one are not."""
    assert verdict.claim(tmp_path / "new") == tmp_path / "new"
    assert verdict.claim(tmp_path / "new") == tmp_path / "new"
    verdict.write(tmp_path / "new", whole)
    with pytest.raises(UsageError, match="overwrites nothing"):
        verdict.claim(tmp_path / "new")
    with pytest.raises(UsageError, match="name another --out"):
        verdict.claim(tmp_path / "new" / "verdict.json" / "below")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema": verdict.SCHEMA + 1}, "newer than this bench"),
        ({"schema": None}, "none of ours"),
        ({"state": "splendid"}, "state"),
        ({"cases": [{"verdict": "ok"}]}, "cases"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(tmp_path, whole, change, sentence):
    """A verdict of a newer version, and one that does not fit, are refused in one sentence."""
    (tmp_path / "verdict.json").write_text(json.dumps({**whole, **change}))
    with pytest.raises(ResultsError, match=sentence):
        verdict.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_damaged_file_is_named(tmp_path, text):
    """A truncated or corrupt file is refused in one sentence; so is none at all."""
    with pytest.raises(ResultsError, match="There is no verdict"):
        verdict.read(tmp_path)
    (tmp_path / "verdict.json").write_text(text)
    with pytest.raises(ResultsError, match=r"damaged|none of ours"):
        verdict.read(tmp_path)
