"""The full table and the raw repeats under it, where others disturbed trials."""

from html import unescape
from pathlib import Path

from bench.report.page import page
from bench.report.write import render
from tests.report.made import MadeCase, make_run

QUIET = {"foreign_cpu_share": 0.0}
BUSY_SETUP = {"setup": {"foreign_cpu_share": 1.0}, "train": QUIET}


def test_disturbed_times_give_no_order() -> None:
    """They are shown; a click on the heading puts them last, and the table puts them after the others, by name."""
    made = [
        ("c", MadeCase(0.1, foreign=1.5)),
        ("b", MadeCase(0.5, foreign=1.5)),
        ("a", MadeCase(9.0)),
        ("d", MadeCase(2)),
    ]
    found = page([make_run(made)])
    assert [row.cells[0] for row in found.rows] == ["d", "a", "b", "c"]
    for name in ("time", "interval", "rate"):
        column = [heading.name for heading in found.columns].index(name)
        assert [row.keys[column] is None for row in found.rows] == [False, False, True, True]
        assert all(row.cells[column] for row in found.rows)


def test_disturbed_repeats_are_marked() -> None:
    """Of a case that was disturbed once only that repeat has a mark, with what disturbed it."""
    run = make_run([("a", MadeCase(1.0))], repeats=3)
    run.records[1]["resources"].update(throttled_share=0.3)
    [row] = page([run]).rows
    assert [repeat.cells[1] for repeat in row.repeats] == ["ok", "ok, disturbed (throttled 30% of the time)", "ok"]
    assert row.cells[2] == "ok 3 of 3"


def test_a_disturbed_set_up_is_marked_and_gives_no_order() -> None:
    """Its training counts; the figure of the set-up has a mark, and a sentence says what that means."""
    run = make_run([("a", MadeCase(1.0, machine=BUSY_SETUP)), ("b", MadeCase(2.0))])
    found = page([run])
    column = [heading.name for heading in found.columns].index("setup")
    assert [(row.cells[column], row.keys[column]) for row in found.rows] == [("1.00 s*", None), ("1.00 s", 1.0)]
    assert {repeat.cells[4] for repeat in found.rows[0].repeats} == {"1.00 s*"}
    for kind in ("text", "md", "html"):
        assert "* Others disturbed this phase" in unescape(render([run], kind, None, Path("-")))
    assert not page([make_run([("a", MadeCase(1.0))])]).note


def test_the_set_up_is_that_of_trials_that_were_quiet_in_it() -> None:
    """One quiet set-up is enough for a figure, whether or not its training counts."""
    run = make_run([("a", MadeCase(1.0, machine=BUSY_SETUP))], repeats=3)
    run.records[2]["machine"] = {"setup": QUIET, "train": {"foreign_cpu_share": 1.0}}
    run.records[2]["phases"]["setup"] = 0.25
    found = page([run])
    column = [heading.name for heading in found.columns].index("setup")
    assert (found.rows[0].cells[column], found.rows[0].keys[column]) == ("0.250 s", 0.25)


def test_the_confidence_is_that_of_the_trials_that_count() -> None:
    """The interval of three quiet repeats of five is one of three."""
    run = make_run([("a", MadeCase(1.0))])
    for record in run.records[:2]:
        record["resources"]["foreign_cpu_share"] = 1.0
    assert page([run]).intervals == "Such intervals hold the median in 75 % of those of 3 repeats."


def test_the_answer_and_the_provenance_count_alike() -> None:
    """Records of trials that were run again count once, however many tries they took."""
    run = make_run(
        [("null", MadeCase(0.0, foreign=1.0)), ("a", MadeCase(1.0, foreign=1.0)), ("b", MadeCase(2.0))], repeats=2
    )
    again = make_run([("a", MadeCase(1.0, foreign=1.0))], repeats=2)
    run.records.extend(again.records)
    [panel] = page([run]).panels
    busy = "The machine was busy in 2 of 4 trials"
    assert busy in panel.provenance[0].warnings[0]
    assert busy in panel.views[0].answers[0].caution[0]


def test_a_sorted_table_is_told() -> None:
    """A run on rows that lie sorted says what was done about it; one on shuffled rows says nothing."""
    run = make_run([("a", MadeCase(1.0))])
    for share, told in ((0.0, 0), (0.04, 0), (0.973, 1)):
        run.run["dataset"]["clustered"] = share
        [panel] = page([run]).panels
        said = [warning for warning in panel.provenance[0].warnings if "lie sorted by their label (97 %" in warning]
        assert len(said) == told


def test_energy_has_columns_where_a_machine_tells() -> None:
    """Each kind of energy has its column where a record has it; that of a disturbed case gives no order."""
    made = [("a", MadeCase(1.0)), ("b", MadeCase(2.0)), ("c", MadeCase(3.0, foreign=1.5))]
    run = make_run(made, repeats=1)
    assert "energy" not in [column.name for column in page([run]).columns]
    for record, joules in zip(run.records, (87.12, None, 12_345.0), strict=True):
        record["resources"]["energy_j"] = joules
    found = page([run])
    names = [column.name for column in found.columns]
    assert "gpu_energy" not in names
    place = names.index("energy")
    assert [(row.cells[place], row.keys[place]) for row in found.rows] == [
        ("87.1 J", 87.12),
        ("", None),
        ("12.3 kJ", None),
    ]
