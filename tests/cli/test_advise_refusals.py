"""Every refusal of `bench advise`, provoked: exit code 6, a reason, what would change it, and no number."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from bench.advise.refusal import OfContender, OfPlace
from bench.cli import main
from bench.records.directory import Run
from tests.advise.measured import SIZES, Maker, fast, rung
from tests.conftest import Plugins
from tests.report.made import write_run

LARGEST = SIZES[-1]
MACHINE = 'currency = "USD"\nas_of = 2026-11-20\n[[machine]]\nname = "m"\ncores = 2\nmemory_gib = 16\nhour = 0.1\n'
HERE = MACHINE + 'probe = "this"\n'
OFTEN = HERE + "spot_hour = 0.01\ninterruptions_per_hour = 400\n"


@dataclass(frozen=True)
class Provocation:
    """What provokes a refusal.

    Attributes:
        code: The code that has to come.
        reason: Words of the reason.
        maker: What the strategy measured.
        strategy: Its name.
        source: Its hooks, where it is installed for this.
        options: Of the command.
        sizes: What is measured.
        change: Changes the runs before they are written.
        machines: A file of machines.
        facts: For the environment of the runs.
    """

    code: str
    reason: str
    maker: Maker = field(default_factory=lambda: Maker(fast))
    strategy: str = "xgboost"
    source: str = ""
    options: Sequence[str] = ()
    sizes: Sequence[int] = SIZES
    change: Callable[[list[Run]], object] = list
    machines: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def on_a_cluster(runs: list[Run]) -> None:
    """Say that executors of several machines did it, whose memory nobody saw."""
    for run in runs:
        run.run["environment"]["cluster"] = {"master": "spark://host:7077", "settings": {}}


def without_peaks(runs: list[Run]) -> None:
    """Say that nobody saw how much memory was used."""
    for run in runs:
        for record in run.records:
            record["resources"]["peak_memory_bytes"] = None


def one_elsewhere(runs: list[Run]) -> None:
    """Let one run be of another machine."""
    runs[0].run["environment"]["host"]["id"] = "another"


WORDY = """
@hookimpl
def bench_train():
    pass

@hookimpl
def bench_scaling(at):
    return {"rest": {f"rows to the power {power}": (at.rows / 1e5) ** (power / 2) for power in range(6)}}
"""
KILLED = "The kernel killed it for want of memory: give it less data or more memory."
PROVOCATIONS = [
    Provocation(
        "reach",
        "times the largest measured, and 64 are the most",
        options=("--rows", "1e9"),
        facts={"host": {"memory_bytes": 2**50}},
    ),
    Provocation("memory", "it needs", Maker(fast, memory=lambda rows: 2_000 * rows)),
    Provocation("memory", "it ran out of memory", Maker(fast, status={LARGEST: "failed"}, reason=KILLED)),
    Provocation("memory", "its peak memory is unknown", change=without_peaks),
    Provocation("held-out", "the cost of a row still changes", Maker(lambda rows: 1 + (rows / 1e5) ** 2.2)),
    Provocation("few", "2 sizes count, of 3", sizes=SIZES[3:]),
    Provocation("few", "its sizes span a factor of 2.0, not of 4", sizes=(800_000, 1_200_000, 1_600_000)),
    Provocation("few", "sizes count, of 3 that it takes", Maker(lambda rows: 0.5 + 1e-8 * rows)),
    Provocation("few", "at least 1 s and 1,000,000 rows", facts={"host": {"gpus": ["A10G"]}}),
    Provocation("disturbed", "of its 5 sizes were disturbed", Maker(fast, busy=SIZES[3:])),
    Provocation("disturbed", "and so for the runs of the other 4 sizes", Maker(fast, busy=SIZES)),
    Provocation("unlike", "machine id is", change=one_elsewhere),
    Provocation("few", "a phase has 6 terms, and 5 sizes count", strategy="wordy", source=WORDY),
    Provocation("limit", "the runs are of a cluster", change=on_a_cluster),
    Provocation(
        "limit",
        "LightGBM's count of rows in 32 bits is used up at 2,100,000,000 rows",
        strategy="lightgbm",
        options=("--rows", "3e9"),
    ),
    Provocation(
        "limit",
        "spark.driver.maxResultSize (1g) is used up at 65,000,000 rows",
        strategy="to_arrow",
        options=("--rows", "1e8"),
    ),
    Provocation("failed", "it ended as invalid", Maker(fast, status={LARGEST: "invalid"})),
    Provocation("failed", "it ended as timeout", Maker(fast, status={LARGEST: "timeout"})),
    Provocation("quality", "does not reach", options=("--quality", "0.99")),
    Provocation("machine", "nobody has run", machines=MACHINE),
    Provocation("deadline", "and the deadline is", machines=HERE, options=("--deadline", "10s")),
    Provocation("cost", "is the most", machines=HERE, options=("--max-cost", "0.0001")),
    Provocation("spot", "it may be interrupted", machines=OFTEN, options=("--deadline", "10s")),
]
CODES = {*get_args(OfContender), *get_args(OfPlace)}


def test_each_code_is_provoked() -> None:
    """None is missing here."""
    assert {each.code for each in PROVOCATIONS} == CODES


@pytest.mark.parametrize("case", PROVOCATIONS, ids=lambda case: f"{case.code}: {case.reason}")
def test_a_refusal(case: Provocation, tmp_path: Path, installed: Plugins) -> None:
    """Nobody is recommended, nothing is forecast, and what would change it is said."""
    if case.source:
        installed.add(case.strategy, case.source)
    runs = [rung({case.strategy: case.maker}, rows, path=tmp_path, **case.facts) for rows in case.sizes]
    case.change(runs)
    sources = [part for run in runs for part in ("--from", write_run(run).name)]
    (tmp_path / "machines.toml").write_text(case.machines)
    machines = ("--machines", str(tmp_path / "machines.toml")) if case.machines else ()
    rows = () if "--rows" in case.options else ("--rows", "1e7")
    options = [*sources, "--results", str(tmp_path), *rows, *case.options, *machines]
    done = CliRunner().invoke(main, ["advise", *options])
    assert done.exit_code == 6, done.output
    assert f"{case.code}: " in done.output or case.code in ("unlike", "limit")
    assert case.reason in done.output
    assert "To change that: " in done.output
    assert "forecast" not in done.output.split("no answer")[0]
    document = json.loads(CliRunner().invoke(main, ["advise", *options, "--json"]).stdout)
    found = document["market"]["offers"] if document["market"] else document["contenders"]
    assert case.code in {each["code"] for each in found}
    for each in found:
        assert each["status"] == "refused"
        assert each["reason"]
        assert each["next"]
        assert {each.get(name) for name in ("time_s", "total_s", "cost", "grade", "chance")} == {None}
    assert document["recommended"] is None or document["market"]["recommended"] is None
