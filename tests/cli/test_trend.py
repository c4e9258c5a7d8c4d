"""`bench trend` and `bench history import` from the command line: what is kept, shown and alarmed, and exit codes."""

import re
import subprocess
from collections.abc import Callable
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from bench.trend.history import open_history
from bench.trend.night import Figure
from tests.report.made import MadeCase, make_run, write_run
from tests.trend.nights import REFERENCE, night, nights, stepped, without_xdist

Bench = Callable[..., subprocess.CompletedProcess[str]]
TESTS = "def test_one(benchmark):\n    benchmark.pedantic(sum, args=([1, 2, 3],), rounds=7)\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the history lies by default."""
    return tmp_path / "history"


def _keep(place: Path, kept: list) -> None:
    history = open_history(str(place))
    for one in kept:
        history.add(one)


def test_a_slowdown_of_the_last_nights_ends_with_1(bench: Bench, place: Path) -> None:
    """The case, how much, since when, and the two commits stand in the text, and the exit code is 1."""
    _keep(place, nights(stepped()))
    done = bench("trend")
    assert done.returncode == 1, done.stderr
    assert "Slower within the last 7 nights: xgboost, train." in done.stdout
    where = "it came after 001d001d001d (2026-09-30) and no later than 001e001e001e (2026-10-01)"
    assert f"xgboost, train: 12.2 % longer from 2026-10-01 on; {where}" in done.stdout
    assert "\x1b" not in done.stdout


def test_quiet_nights_end_with_0(bench: Bench, place: Path) -> None:
    """Without a recent slowdown the exit code is 0; an old one is still told."""
    _keep(place, nights(stepped(before=30, after=20)))
    done = bench("trend")
    assert done.returncode == 0, done.stderr
    assert "No case became slower within the last 7 nights." in done.stdout
    assert "longer from 2026-10-01 on" in done.stdout


def test_the_reports_are_whole_and_load_nothing(bench: Bench, place: Path, tmp_path: Path) -> None:
    """Markdown for a job's summary, and one page with a dot for each night, which names no other address."""
    _keep(place, nights(stepped()))
    bench("trend", "--out", "out")
    markdown = (tmp_path / "out" / "trend.md").read_text()
    assert "| xgboost, train | 33 | +12.2 % | 1 |" in markdown
    assert "- **xgboost, train: 12.2 % longer" in markdown
    page = (tmp_path / "out" / "trend.html").read_text()
    (drawing,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    svg = ElementTree.fromstring(drawing)  # noqa: S314 - our own
    assert [len(list(svg.iter(tag))) for tag in ("circle", "text")] == [33, 4]
    (step,) = [line for line in svg.iter("line") if line.get("stroke-dasharray")]
    assert step.get("stroke") == "var(--bad)"
    assert "12.2 % longer from 2026-10-01" in step.findtext("title")
    assert not re.search(r"https?:|src=|@import|url\(", page)
    numbers = [float(circle.get(name)) for circle in svg.iter("circle") for name in ("cx", "cy")]
    assert all(0 <= number <= 760 for number in numbers)


def test_a_name_is_never_markup(bench: Bench, place: Path, tmp_path: Path) -> None:
    """Whatever a case is called, HTML, Markdown and the terminal show it as it is."""
    name = "<script>alert(1)</script> | [bold]*x*"
    _keep(place, [night(day, 1.0, case=name) for day in range(4)])
    done = bench("trend", "--out", "out")
    assert name in done.stdout
    assert "<script>" not in (tmp_path / "out" / "trend.html").read_text()
    table = MarkdownIt("commonmark").enable("table").render((tmp_path / "out" / "trend.md").read_text())
    assert f"<td>{escape(name)}</td>" in table


def test_seconds_are_shown_as_seconds(bench: Bench, place: Path, tmp_path: Path) -> None:
    """Where there is no reference, figures are seconds; one night alone is drawn as well."""
    _keep(place, [night(0, 0.0, reference=None, cases={"t": Figure(0.0, 5)})])
    done = bench("trend", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "1 s" in done.stdout
    assert REFERENCE[:12] not in (tmp_path / "out" / "trend.html").read_text()


def test_what_pytest_wrote_is_imported_once(bench: Bench, place: Path, tmp_path: Path) -> None:
    """`bench history import` adds a night of medians, and says so when it is there already."""
    (tmp_path / "test_it.py").write_text(TESTS)
    command = ["pytest", "-q", "-p", "no:cacheprovider", "--benchmark-json=out.json", "test_it.py"]
    subprocess.run(command, cwd=tmp_path, env=without_xdist(), check=True, capture_output=True)
    first, second = bench("history", "import", "out.json"), bench("history", "import", "out.json")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "1 case of" in first.stdout
    assert "were already in history." in second.stdout
    assert len(list(place.iterdir())) == 1
    assert "test_it.py::test_one" in bench("trend").stdout


def test_what_bench_exports_is_imported(bench: Bench, tmp_path: Path) -> None:
    """A run in the file format of pytest-benchmark is a night as well; nothing disturbs one that was made."""
    run = write_run(make_run([("xgboost", MadeCase([1.0, 1.1]))], repeats=2, path=tmp_path))
    assert bench("report", str(run), "--format", "pytest-benchmark", "--out", "out.json").returncode == 0
    done = bench("history", "import", "out.json")
    assert done.returncode == 0, done.stderr
    assert "xgboost[train-flights-workers1]" in bench("trend").stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"schema": 1, "at": "20', "is damaged"),
        ('{"schema": 2}', "has schema version 2, newer than this bench reads: update bench."),
    ],
)
def test_a_history_that_cannot_be_read_is_left_as_it_is(
    bench: Bench, place: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    """A truncated or newer file is named in one sentence with exit code 2, and nothing is added or written."""
    _keep(place, nights([1.0, 2.0]))
    (place / "20260901T000000Z-0.json").write_text(content)
    (tmp_path / "out.json").write_text("{}")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for arguments in (["trend", "--out", "out"], ["history", "import", "out.json"]):
        done = bench(*arguments)
        assert done.returncode == 2
        assert re.fullmatch(rf"Error: \S*20260901T000000Z-0\.json {re.escape(sentence)}.*\n", done.stderr), done.stderr
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["trend"], "There is no night in history: `bench trend VERDICT` adds what a gate measured."),
        (["trend", "--history", "nothing://here"], "The history nothing://here cannot be opened"),
        (["history", "import", "nowhere.json"], "nowhere.json cannot be read: No such file or directory."),
    ],
)
def test_bad_requests_get_a_sentence(bench: Bench, arguments: list[str], sentence: str) -> None:
    """What cannot be met is one sentence and exit code 2."""
    done = bench(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert sentence in done.stderr
