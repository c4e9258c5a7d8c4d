"""The table on the terminal says how much slower each case is, and says nothing of it where others disturbed one."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.records.directory import Run
from bench.report.text import print_run
from bench.report.write import render
from tests.report.made import MadeCase, make_run

CASES = [("null", MadeCase(0.01)), ("map_in_arrow", MadeCase(2.0)), ("udf_pandas", MadeCase(5.0))]


def shown(*cases: tuple[str, MadeCase], task: str = "predict") -> str:
    """Return the table of a made run."""
    return table(make_run(cases, task=task, repeats=1))


def table(run: Run) -> str:
    """Return the table of a run."""
    out = io.StringIO()
    print_run(run, Console(file=out, width=200, color_system=None))
    return out.getvalue()


def row(text: str, name: str) -> list[str]:
    """Return the cells of a row."""
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_the_fastest_comes_first_and_the_others_are_so_many_times_slower() -> None:
    """After the control, what scores most rows in a second comes first."""
    text = shown(*reversed(CASES))
    names = [line.split()[0] for line in text.splitlines() if line.split()[:1] and line.split()[0] in dict(CASES)]
    assert names == ["null", "map_in_arrow", "udf_pandas"]
    assert row(text, "map_in_arrow")[-1] == "1.0"
    assert float(row(text, "udf_pandas")[-1]) == pytest.approx(2.5, rel=0.1)


def test_beside_a_disturbed_case_none_is_slower() -> None:
    """The disturbed row has a mark with the share; no row has a factor, and the reason stands below."""
    text = shown(*CASES[:2], ("udf_pandas", MadeCase(5.0, foreign=1.37)))
    assert "ok, disturbed (others 1.4 cores)" in " ".join(row(text, "udf_pandas"))
    assert "disturbed" not in " ".join(row(text, "map_in_arrow"))
    assert row(text, "map_in_arrow")[-1] != "1.0"
    assert "This run cannot rank by time: other programs used up to 1.4 cores while 1 of 2 cases ran." in text
    assert "--wait-quiet 10m` measures the disturbed trials again." in text


def test_a_case_whose_time_was_up_beside_others_forbids_a_ranking() -> None:
    """A disturbed trial that timed out may be the fastest of all on a quiet machine."""
    run = make_run([CASES[1], ("udf_pandas", MadeCase(5.0, status="timeout", foreign=1.5))], task="predict", repeats=1)
    text = render([run], "text", None, Path("-"))
    assert "This run cannot rank by time: other programs used up to 1.5 cores while 1 of 2 cases ran." in text
    assert "timeout, disturbed (others 1.5 cores)" in text


def test_a_disturbed_set_up_has_a_mark() -> None:
    """The training was quiet, so that the row counts; the set-up's figure has a star, which a line explains."""
    busy = {"setup": {"foreign_cpu_share": 1.0}, "train": {"foreign_cpu_share": 0.0}}
    text = shown(("xgboost", MadeCase(1.0, machine=busy)), ("lightgbm", MadeCase(2.0)), task="train")
    assert "1.00*" in row(text, "xgboost")
    assert "1.00" in row(text, "lightgbm")
    assert "disturbed" not in text.replace("Others disturbed this phase: it took too long.", "")
    assert text.count("* Others disturbed this phase: it took too long.") == 1


def test_the_footer_counts_the_repeats_that_figures_are_made_of() -> None:
    """Of three repeats, two that others disturbed are in no median."""
    run = make_run(CASES[1:2], task="predict", repeats=3)
    for record in run.records[:2]:
        record["resources"]["foreign_cpu_share"] = 1.0
    out = io.StringIO()
    print_run(run, Console(file=out, width=200, color_system=None))
    assert "One repeat says nothing about noise" in out.getvalue()


def test_gpus_have_columns_where_there_are_any() -> None:
    """A case that nobody could ask about has empty cells; on a machine without a GPU there are no columns."""
    run = make_run([("torch", MadeCase(1.0)), ("xgboost", MadeCase(2.0))], repeats=1)
    assert "busy" not in table(run)
    assert "GPU busy" not in render([run], "html", None, Path("-"))
    run.records[0]["resources"] |= {"gpu_memory_bytes": 2_000_000_000, "gpu_share": 0.87}
    assert row(table(run), "torch")[-4:] == ["2.0", "GB", "87", "%"]
    assert "87" not in row(table(run), "xgboost")
    assert "GPU busy" in render([run], "html", None, Path("-"))
