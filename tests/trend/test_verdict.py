"""A gate's verdict against the pinned reference becomes a night of the history."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.errors import ResultsError
from bench.gate.verdict import verdict
from bench.trend.verdict import read

RATIO = {"estimate": 1.25, "low": 1.2, "high": 1.3, "p": 0.01, "p_slower": 0.005, "p_faster": 1.0, "n_a": 10, "n_b": 10}
ARM = {"label": "v1", "commit": "a" * 40, "environment": {"fingerprint": "here"}}


def entry(strategy: str, ratio: dict | None = RATIO) -> dict[str, Any]:
    """Return what a verdict says of a case."""
    case = {"strategy": strategy, "task": "train", "dataset": "tiny", "workers": 1, "cores": 2, "family": "gbt"}
    rest = {"verdict": "regression" if ratio else "broken", "speed": "regression" if ratio else None, "ratio": ratio}
    nothing = {"smallest_change": None, "phase": None, "quality": None}
    lists = {"phases": {}, "notices": [], "pairs": []}
    numbers = {"flagged": True, "out_of_time": False, "runs": 20, "retries": 0, "noisy": 0, "reason": "Confirmed."}
    return {"case": case, **rest, **nothing, **lists, **numbers}


def night(directory: Path, **wanted: object) -> Path:
    """Write a verdict as the gate does, which checks it against its schema."""
    document = {
        "schema": 1,
        "state": "finished",
        "exit_code": 1,
        "reason": None,
        "night": "night",
        "started_at": "2026-11-24T02:00:00.000Z",
        "ended_at": "2026-11-24T03:30:00.000Z",
        "bench": "0.1.0",
        "command": ["bench", "gate"],
        "request": {"threshold": 0.1, "budget_s": 60.0, "seed": 1, "strict": False},
        "rules": {},
        "arms": {"baseline": ARM, "candidate": {**ARM, "label": "HEAD", "commit": "b" * 40}},
        "differences": {},
        "datasets": {"tiny": "fingerprint"},
        "warnings": [],
        "cases": [entry("xgboost"), entry("lightgbm", None)],
    }
    directory.mkdir(exist_ok=True)
    verdict.write(directory, document | wanted)
    return directory


def test_a_night_is_of_what_was_measured(tmp_path: Path) -> None:
    """Cases with a ratio count, by all their facts, against the reference's commit; what is broken has no figure."""
    found = read(night(tmp_path / "night"))
    assert (found.at, found.commit, found.reference) == ("2026-11-24T03:30:00Z", "b" * 40, "a" * 40)
    assert list(found.cases) == ["xgboost, train, tiny, 1 worker, 2 cores"]
    (figure,) = found.cases.values()
    assert (figure.log, figure.runs, figure.dataset) == (math.log(1.25), 10, "fingerprint")


def test_an_interrupted_night_counts_with_what_it_has(tmp_path: Path) -> None:
    """What was measured before Ctrl-C is as good as any."""
    assert read(night(tmp_path / "night", state="interrupted", exit_code=130)).cases


@pytest.mark.parametrize(("pairs", "rules", "counts"), [(4, {}, 0), (5, {}, 1), (5, {"first_pairs": 6}, 0)])
def test_a_few_pairs_are_no_figure(tmp_path: Path, pairs: int, rules: dict, counts: int) -> None:
    """A case that time ran out on before its first look stays out of a series, where one pair would weigh as much."""
    few = entry("lightgbm", RATIO | {"n_a": pairs, "n_b": pairs})
    found = read(night(tmp_path / "night", cases=[entry("xgboost"), few], rules=rules))
    assert len(found.cases) == 1 + counts


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"state": "running", "ended_at": None}, "has not ended"),
        ({"cases": []}, "has measured no case often enough"),
        ({"cases": [entry("xgboost", None)]}, "has measured no case often enough"),
        ({"state": "failed", "arms": {}, "cases": []}, "has measured no case often enough"),
    ],
)
def test_a_night_without_a_figure_is_none(tmp_path: Path, wanted: dict, sentence: str) -> None:
    """What is under way, failed early or measured nothing is refused in a sentence."""
    with pytest.raises(ResultsError, match=sentence):
        read(night(tmp_path / "night", **wanted))


def test_the_trend_takes_a_verdict_once(bench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """`bench trend NIGHT` adds the night and shows it; the second time it says so, and nothing is written."""
    night(tmp_path / "night")
    first = bench("trend", "night")
    assert first.returncode == 0, first.stderr
    assert "xgboost, train, tiny, 1 worker, 2 cores" in first.stdout
    assert "+25.0 %" in first.stdout
    again = bench("trend", "night/verdict.json")
    assert "is in history already" in again.stderr
    (file,) = (tmp_path / "history").iterdir()
    assert json.loads(file.read_text())["source"] == "gate"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is damaged"),
        ('{"schema": 99}', "newer than this bench reads: update bench."),
        (None, "There is no verdict"),
    ],
)
def test_a_verdict_that_cannot_be_read_adds_nothing(
    bench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, content: str | None, sentence: str
) -> None:
    """A missing, truncated or newer verdict is a sentence with exit code 2, and the history stays as it is."""
    if content is not None:
        (tmp_path / "verdict.json").write_text(content)
    done = bench("trend", "verdict.json")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert sentence in done.stderr
    assert not (tmp_path / "history").exists()
