"""A bisection comes down to the commit, or says between which ones it lies; never to a wrong one."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from bench.cli.bisect import parse
from bench.errors import UsageError
from bench.gate.bisect import narrow, side_of
from bench.model import Dataset
from bench.trend.verdict import case_name
from tests.gate.conftest import Repository, spin

COMMITS = [f"commit {number}" for number in range(1, 101)]


@pytest.mark.parametrize("first_bad", [1, 2, 50, 64, 99, 100])
def test_it_comes_down_to_the_first_bad_commit(first_bad: int) -> None:
    """Of a hundred commits at most seven are judged, and the border is the right one."""
    judged = []

    def judge(commit: str) -> str:
        judged.append(commit)
        return "bad" if int(commit.split()[1]) >= first_bad else "good"

    found = narrow("commit 0", COMMITS, judge)
    assert (found.good, found.bad) == (f"commit {first_bad - 1}", f"commit {first_bad}")
    assert found.undecided == ()
    assert len(judged) <= 7


@pytest.mark.parametrize("broken", [{49, 50, 51}, {63}, {64}, set(range(1, 100))])
def test_commits_that_cannot_be_judged_stay_in_doubt(broken: set[int]) -> None:
    """Beside one that cannot be judged another is asked, and what is left between good and bad is named."""

    def judge(commit: str) -> str | None:
        number = int(commit.split()[1])
        return None if number in broken else "bad" if number >= 64 else "good"

    found = narrow("commit 0", COMMITS, judge)
    good, bad = (int(commit.split()[1]) for commit in (found.good, found.bad))
    assert good < 64 <= bad
    assert {int(commit.split()[1]) for commit in found.undecided} == set(range(good + 1, bad)) <= broken


@pytest.mark.parametrize(
    ("speed", "estimate", "low", "high", "side"),
    [
        ("regression", 1.19, 1.05, 1.3, "bad"),
        ("ok", 1.01, 0.99, 1.04, "good"),
        ("regression", 1.04, 1.02, 1.06, "good"),
        ("inconclusive", 1.05, 0.95, 1.2, None),
        ("inconclusive", 1.2, 1.12, 1.3, "bad"),
        ("improvement", 0.9, 0.85, 0.95, "good"),
        ("inconclusive", 1.2, None, None, None),
    ],
)
def test_half_of_the_slowdown_is_the_border(
    speed: str, estimate: float, low: float | None, high: float | None, side: str | None
) -> None:
    """Of a slowdown of 20 %, a revision with more than half of it is bad, and a smaller change on the way is not it."""
    ratio = {"estimate": estimate, "low": low, "high": high}
    assert side_of({"speed": speed, "ratio": ratio, "pairs": []}, 1.2) == side


def test_disturbed_pairs_put_a_commit_on_no_side() -> None:
    """However clear the ratio looks, times that others spoilt may have made it."""
    ratio = {"estimate": 1.2, "low": 1.15, "high": 1.3}
    pairs = [{"stage": "look", "noisy": False}, {"stage": "confirm", "noisy": True}]
    assert side_of({"speed": "inconclusive", "ratio": ratio, "pairs": pairs}, 1.2) is None


def test_a_case_without_a_ratio_cannot_be_judged() -> None:
    """A revision in which the case is missing or broken is on neither side."""
    assert side_of({"speed": None, "ratio": None}, 1.2) is None


def test_a_case_is_named_as_the_trend_names_it() -> None:
    """The name out of a trend says all that is to be run, and a strategy's name alone takes the defaults."""
    facts = {"strategy": "xgboost_spark", "task": "predict", "dataset": "trips", "workers": 2, "cores": 1}
    request, dataset = parse(case_name(facts))
    assert (request.strategies, request.task, request.workers, request.cores) == (
        ("xgboost_spark",),
        "predict",
        (2,),
        1,
    )
    assert dataset == "trips"
    assert parse("xgboost")[1] == "flights"
    for wrong in ("", "xgb*", "xgboost, fly", "xgboost, train, flights, two workers"):
        with pytest.raises(UsageError, match="is no case"):
            parse(wrong)
    with pytest.raises(UsageError, match="go to that machine"):
        parse("xgboost, train, flights, 2 workers, 4096 cores")


@pytest.mark.slow
def test_the_commit_with_the_work_is_named(
    repository: Repository, bench_command: list[str], tiny: Dataset, tmp_path: Path
) -> None:
    """For real: of three commits the one that doubles a strategy's work is named, and every verdict is kept.

    Or, where the machine is too busy to tell, as it may be while other tests run, two between which it came, or none.
    """
    work = 1_000_000
    good = repository.commit({"spin": spin(work), "other": spin(work)})
    between = repository.commit({"spin": spin(work), "other": spin(2 * work)})
    culprit = repository.commit({"spin": spin(2 * work), "other": spin(work)})
    last = repository.commit({"spin": spin(2 * work), "other": spin(2 * work)})
    command = [*bench_command, "bisect", f"spin, train, {tiny.name}, 1 worker, 1 core", "--good", good]
    options = ["--data", tiny.path, "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, *options], cwd=repository.path, capture_output=True, text=True, check=False)
    if done.returncode == 3 and "pairs were disturbed" in done.stdout.splitlines()[0]:
        assert done.stdout.startswith("HEAD is not confirmed to be slower")
    elif done.returncode == 3:
        border = re.search(r"It came after (\w+) .* and no later than (\w+) ", done.stdout)
        assert border, done.stdout + done.stderr
        assert border[1] in (good[:12], between[:12])
        assert border[2] in (culprit[:12], last[:12])
    else:
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"It came with {culprit[:12]} (strategies)" in done.stdout
    verdicts = [json.loads(path.read_text()) for path in sorted((tmp_path / "out").glob("*/verdict.json"))]
    assert {verdict["state"] for verdict in verdicts} == {"finished"}
    assert len(verdicts) >= 1 + ("It came" in done.stdout)
    assert repository.git("worktree", "list").count("\n") == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--good", "nowhere"], "'nowhere' is no revision of this repository"),
        (["--good", "HEAD", "--bad", "HEAD~1"], "is no ancestor of"),
        (["--good", "HEAD"], "is no ancestor of"),
    ],
)
def test_bad_requests_get_a_sentence(
    repository: Repository, bench_command: list[str], tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    """Unknown revisions and such in the wrong order are one sentence with exit code 2, and nothing is written."""
    for _ in range(2):
        repository.commit({})
    command = [*bench_command, "bisect", "spin", "--out", str(tmp_path / "out"), *arguments]
    done = subprocess.run(command, cwd=repository.path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()
