"""Where the strategies of a family come to one answer, those that do not are named by every report and comparison."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from bench.cli import main
from bench.findings.agreement import disagreements
from bench.findings.cases import cases
from bench.findings.names import case_name
from bench.records.directory import Run
from bench.report.text import print_run
from bench.report.write import PAGES, render
from tests.report.made import MadeCase, make_run, write_run

BASE = 0.8312
WARNING = "Strategies of the family kmeans come to one answer within 0.1 % of the inertia per row, and "


def made(apart: float, family: str = "kmeans", name: str = "a", path: Path | None = None) -> Run:
    """Return a run of three ways to find clusters, of which one lies apart from the others by a share."""
    grades = {
        "sklearn_kmeans": BASE,
        "tensorflow_kmeans": BASE * (1 + apart),
        "mllib_kmeans": BASE * (1 + 1e-5),
    }
    found = [(way, MadeCase(1.0, family=family, grades={"inertia": grade})) for way, grade in grades.items()]
    return make_run(found, task="cluster", repeats=1, name=name, path=path)


@pytest.mark.parametrize(("apart", "family"), [(0.0009, "kmeans"), (0.5, "kmeans_batches"), (0.5, "gbt")])
def test_alike_or_free_to_differ(apart: float, family: str) -> None:
    """Within the tolerance nothing is said, and of a family whose strategies go ways of their own neither."""
    assert not disagreements((case_name(case), case) for case in cases(made(apart, family).records))


@pytest.mark.parametrize("apart", [0.002, -0.002])
def test_every_page_names_the_case_that_lies_apart(apart: float) -> None:
    """The table of a run and the report in every format say which two lie farthest apart, and by how much."""
    run, out = made(apart), io.StringIO()
    print_run(run, Console(file=out, width=200))
    assert f"Warning: {WARNING}" in out.getvalue()
    assert " 0.2 % apart" in out.getvalue()
    for kind in PAGES:
        text = render([run], kind, None, Path("-")).replace("\\_", "_")
        assert WARNING in text
        low, high = ("sklearn_kmeans", "tensorflow_kmeans") if apart > 0 else ("tensorflow_kmeans", "mllib_kmeans")
        assert text.index(f"{low} with ") < text.index(f"{high} with ")
        assert WARNING not in render([made(0.0)], kind, None, Path("-"))


def test_a_comparison_looks_across_both_runs(tmp_path: Path) -> None:
    """A strategy of one run is held against the others of both, as text and in JSON."""
    for name, apart in (("a", 0.0), ("b", 0.002), ("c", 0.0)):
        write_run(made(apart, name=name, path=tmp_path))

    def compare(second: str, kind: str) -> str:
        return (
            CliRunner().invoke(main, ["compare", *(str(tmp_path / n) for n in ("a", second)), "--format", kind]).output
        )

    assert f"{WARNING}sklearn_kmeans in A with" in compare("b", "text")
    assert "tensorflow_kmeans in B with" in compare("b", "md").replace("\\_", "_")
    (said,) = json.loads(compare("b", "json"))["disagreements"]
    assert said.startswith(WARNING)
    assert WARNING not in compare("c", "text")
    assert json.loads(compare("c", "json"))["disagreements"] == []
