"""`bench report` from the command line: files, formats, standard output, refusals."""

import json
import subprocess

import pytest

from bench.records import directory
from tests.cli.test_run import GOOD
from tests.report.made import MadeCase, make_run, write_run


@pytest.fixture
def run(tmp_path):
    """A run in the directory where the command line looks for runs."""
    made = make_run(
        [("null", MadeCase(0.0)), ("xgboost", MadeCase(1.0)), ("tensorflow", MadeCase(9.0))], path=tmp_path / "results"
    )
    return write_run(made)


def test_a_run_leaves_its_report_and_says_where(installed, tiny, tmp_path, bench):
    """`bench run` writes the report into the run's directory and prints its path, also where a trial failed."""
    installed.add("good", GOOD)
    installed.add("bad", "@hookimpl\ndef bench_train():\n    raise ValueError('out of luck')\n")
    done = bench("run", "--strategy", "good", "--strategy", "bad", "--data", tiny.path)
    report = directory.latest(tmp_path / "results") / "report.html"
    assert f"Report: {report}" in done.stdout
    assert "ValueError: out of luck" in report.read_text()


def test_the_last_run_is_reported_beside_its_records(run, bench):
    """Without a run and a file name the last run's report lands in its directory; text goes to the terminal."""
    done = bench("report")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["Report:", f"results/{run.name}/report.html"]
    assert "Use xgboost" in (run / "report.html").read_text()
    assert "Use xgboost" in bench("report", run.name, "--format", "text").stdout
    assert json.loads(bench("report", "--format", "json").stdout)["runs"][0]["name"] == run.name


@pytest.mark.usefixtures("run")
def test_the_name_of_the_file_says_the_format(tmp_path, bench):
    """--out decides the format unless --format does, and a name that does not say it is refused."""
    bench("report", "--out", "a.md")
    assert (tmp_path / "a.md").read_text().startswith("# flights")
    bench("report", "--out", "a.csv", "--format", "md")
    assert (tmp_path / "a.csv").read_text().startswith("# flights")
    done = bench("report", "--out", "a.odt")
    assert done.returncode == 2
    assert "does not say the format" in done.stderr
    assert not (tmp_path / "a.odt").exists()


@pytest.mark.usefixtures("run")
def test_the_quality_asked_for_is_an_option(bench):
    """--quality says what counts; no AUC is above 1."""
    assert "Nothing reaches an AUC of 0.9900" in bench("report", "--format", "md", "--quality", "0.99").stdout
    assert bench("report", "--quality", "1.5").returncode == 2


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda run: (run / "run.json").unlink(), "holds no run"),
        (lambda run: (run / "run.json").write_text("{"), "is damaged"),
        (lambda run: (run / "run.json").write_text("{}"), "is damaged (no started_at"),
        (lambda run: (run / "records.jsonl").write_text("x\n"), "Line 1 of"),
    ],
)
def test_damaged_runs_get_one_sentence(run, bench, damage, sentence):
    """What cannot be read ends with 2 and a sentence, no traceback, and no file is left."""
    damage(run)
    done = bench("report", str(run))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (run / "report.html").exists()


def test_a_place_that_cannot_be_written_is_said(run, bench):
    """A report is written whole or not at all, and where it cannot be, a sentence says so."""
    done = bench("report", str(run), "--out", "no/such/place/report.html")
    assert done.returncode == 2
    assert "choose another --out" in done.stderr
    assert bench("report", "--format", "md", "--open").returncode == 2


def test_a_limit_that_keeps_a_report_from_being_drawn_is_said(installed, tiny, tmp_path, bench_command):
    """No other place helps; what was measured is printed first, and where it is."""
    installed.add("good", GOOD)
    command = ["prlimit", "--nofile=32", *bench_command, "run", "--strategy", "good", "--data", str(tiny.path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "charts take 16 open files, though few are allowed): raise the limit (`ulimit -n`)." in done.stderr
    assert "choose another" not in done.stderr
    assert "good" in done.stdout
    assert f"Records and logs: {directory.latest(tmp_path / 'results')}" in done.stdout.replace("\n", "")
