"""A run with several batch sizes has a group for each, whose trials do the same work."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from bench.findings.groups import panels
from bench.findings.likeness import differences
from bench.records.choice import chosen_records
from bench.records.directory import Run
from bench.report.text import print_run
from tests.report.made import MadeCase, make_run

CASES = (("null", MadeCase(0.01, family="control")), ("tensorflow", MadeCase(3.0)))


def test_each_batch_size_is_a_group(tmp_path: Path) -> None:
    """Trials of one repeat that differ in nothing else stay apart, in the table and in the page."""
    run = make_run(CASES, repeats=2, request={"batch_size": [1024, 4096]}, path=tmp_path)
    for record in run.records:
        record["trial"]["batch_size"] = 4096 if record["trial"]["repeat"] else 1024
        record["trial"]["repeat"] = 0
    assert len(chosen_records(run.records)) == 4
    (panel,) = panels([run])
    assert [group.settings for group in panel.groups] == [{"batch_size": 1024}, {"batch_size": 4096}]
    assert [len(group.cases) for group in panel.groups] == [2, 2]
    console = Console(record=True, width=200)
    print_run(run, console)
    assert "batch" in (text := console.export_text())
    assert "4,096" in text


def test_one_batch_size_is_what_it_was_before_there_could_be_several() -> None:
    """A run of before, with a number, is like one of now, with a list of one."""
    before, now, other = (
        make_run(CASES, name=name, request={"batch_size": size})
        for name, size in (("a", 1024), ("b", [1024]), ("c", [1024, 4096]))
    )
    assert not [one for one in differences(before, now) if one.name == "batch_size"]
    assert [(one.a, one.b) for one in differences(now, other) if one.name == "batch_size"] == [(1024, "1024, 4096")]


def test_a_networks_digest_tells_runs_apart() -> None:
    """Networks of one structure are alike, whatever file they come from; others are not."""

    def run_of(name: str, fingerprint: str, structure: str | None = None) -> Run:
        run = make_run(CASES, name=name)
        network = {"name": "nets.py:wide", "fingerprint": fingerprint, "arguments": {}}
        for record in run.records:
            record["trial"]["network"] = network
            record["notes"] = {"network": {"structure": structure}} if structure else {}
        return run

    def unlike(a: Run, b: Run) -> list[str]:
        return [one.group for one in differences(a, b) if one.name == "network"]

    first = run_of("a", "f" * 64, "1" * 64)
    assert not unlike(first, run_of("b", "e" * 64, "1" * 64))
    assert unlike(first, run_of("c", "f" * 64, "2" * 64)) == ["settings"]
    assert unlike(first, make_run(CASES, name="d")) == ["settings"]
    assert unlike(run_of("e", "f" * 64), run_of("f", "e" * 64)) == ["settings"]
    assert len(panels([first, make_run(CASES, name="d")])[0].groups) == 2
