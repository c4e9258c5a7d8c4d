"""What the page says besides its answer: panels, fronts, phases, intervals, scaling and crossovers."""

import pytest

from bench.findings.cases import cases
from bench.findings.crossover import crossover
from bench.findings.interval import confidence, of_median
from bench.findings.pareto import fastest_of_each_family, front
from bench.findings.phases import stretches
from bench.report import html
from bench.report.page import page
from tests.report.made import MadeCase, make_run


def test_unlike_machines_are_apart_and_the_fact_is_named():
    """Runs of another machine or stack get a panel of their own, which says in what it differs."""
    runs = [
        make_run([("a", MadeCase(1.0))], name="one"),
        make_run([("a", MadeCase(2.0))], name="two", host={"cpu": "Another CPU"}),
        make_run([("a", MadeCase(3.0))], name="three", versions={"tensorflow": "2.20.0"}),
        make_run([("a", MadeCase(4.0))], name="four"),
    ]
    panels = page(runs).panels
    assert [[len(view.group.runs) for view in panel.views] for panel in panels] == [[2], [1], [1]]
    assert "machine cpu: Another CPU" in panels[1].different
    assert "tensorflow: 2.20.0" in panels[2].different


def test_other_work_is_another_group():
    """Trials with other settings or on another dataset are not put together, and the setting is in the heading."""
    runs = [
        make_run([("a", MadeCase(1.0))], name="one"),
        make_run([("a", MadeCase(1.0))], name="two", request={"epochs": 9}),
        make_run([("a", MadeCase(1.0))], name="three", rows=5_000),
    ]
    headings = [view.heading for view in page(runs).views]
    assert headings == [
        "flights, 100,000 rows to train on, epochs 5",
        "flights, 100,000 rows to train on, epochs 9",
        "flights, 5,000 rows to train on",
    ]


def test_the_front_has_what_nothing_beats_in_both():
    """Each on the front is better than all that are faster."""
    made = [
        ("a", MadeCase(1.0, auc=0.7)),
        ("b", MadeCase(2.0, auc=0.69)),
        ("c", MadeCase(3.0, auc=0.75)),
        ("d", MadeCase(9.0, auc=0.75)),
    ]
    summaries = cases(make_run(made).records)
    assert [case.strategy for case in front(summaries)] == ["a", "c"]


def test_each_family_has_its_fastest():
    """An MLP stands beside boosted trees with its own best time."""
    made = [("xgboost", MadeCase(2.0)), ("lightgbm", MadeCase(1.0)), ("tensorflow", MadeCase(1.5))]
    summaries = cases(make_run(made).records)
    assert [case.strategy for case in fastest_of_each_family(summaries)] == ["lightgbm", "tensorflow"]


def test_phases_sum_to_the_wall_time_with_ranks_carved_out():
    """What the busiest rank did is carved out of its hook, and all still sums to the wall time."""
    inner = {"rendezvous": [1.0, 3.0], "load": [0.5, 0.25], "predict.compile": [0.1]}
    record = make_run([("horovod", MadeCase([8.0], inner=inner, workers=2))], repeats=1).records[0]
    found = stretches(record)
    assert sum(found.values()) == pytest.approx(record["wall_s"], abs=1e-9)
    assert (found["rendezvous"], found["load"], found["train"]) == (3.0, 0.25, 4.75)
    assert list(found)[-1] == "other"


def test_a_hook_that_is_nothing_but_its_inner_phases_has_no_stretch_of_its_own():
    """The stages of a pipeline stand in their order, start-up before them, and take the place of the whole."""
    inner = {"write": [0.1], "predict": [0.4], "train": [2.0], "handoff": [1.5], "etl": [3.999], "train.load": [0.5]}
    record = make_run([("spark+mllib_gbt", MadeCase([8.0], inner=inner))], repeats=1).records[0]
    record["trial"]["task"] = "pipeline"
    record["phases"] |= {"pipeline": record["phases"].pop("train"), "other": record["phases"].pop("predict")}
    record["wall_s"] = sum(record["phases"].values())
    found = stretches(record)
    assert "pipeline" not in found
    assert sum(found.values()) == pytest.approx(record["wall_s"], abs=1e-9)
    shown = [name for name in found if name in {"setup", *inner, "teardown"}]
    assert shown[:5] == ["setup", "etl", "handoff", "train", "predict"], shown


def test_inner_phases_that_do_not_fit_are_not_carved_out():
    """Figures of ranks that exceed their hook would make the sum wrong: the hook is then shown whole."""
    record = make_run([("horovod", MadeCase([2.0], inner={"load": [9.0]}))], repeats=1).records[0]
    assert sum(stretches(record).values()) == pytest.approx(record["wall_s"])
    assert "load" not in stretches(record)


@pytest.mark.parametrize(
    ("number", "low", "high", "sure"), [(2, 0, 1, 0.5), (5, 0, 4, 0.9375), (6, 0, 5, 0.96875), (10, 1, 8, 0.978516)]
)
def test_intervals_of_medians_are_those_of_order_statistics(number, low, high, sure):
    """The interval is between the values that the binomial distribution says, with its confidence beside it."""
    found = of_median([float(value) for value in range(number)])
    assert (found.low, found.high) == (low, high)
    assert confidence(number) == pytest.approx(sure, abs=1e-6)
    assert of_median([1.0]) is None


def test_intervals_of_medians_hold_the_median_as_often_as_they_say():
    """On 4,000 samples of 7 the interval covers the true median as often as its confidence (simulated)."""
    import numpy as np

    samples = np.random.default_rng(0).exponential(size=(4000, 7))
    found = [of_median(sample) for sample in samples]
    covered = sum(one.low <= np.log(2) <= one.high for one in found) / len(found)
    assert covered == pytest.approx(confidence(7), abs=0.01)


def _around(seconds):
    return [seconds * factor for factor in (0.97, 0.99, 1.0, 1.01, 1.03)]


def test_the_crossover_is_where_the_power_laws_meet():
    """A that takes 1 s for 1,000 rows and grows with the rows is beaten by a flat B of 10 s from 10,000 rows on."""
    seconds = {rows: (_around(rows / 1000), _around(10.0)) for rows in (1_000, 100_000)}
    found = crossover("a", "b", seconds)
    assert found.rows == pytest.approx(10_000, rel=1e-6)
    assert found.known
    assert found.low < 10_000 < found.high
    assert found.high / found.low < 1.2


def test_a_crossover_beyond_what_was_measured_is_not_made_up():
    """Where A stays the faster nothing is extrapolated; where B is the faster from the start there is none."""
    seconds = {rows: (_around(rows / 1000), _around(1000.0)) for rows in (1_000, 100_000)}
    never = crossover("a", "b", seconds)
    assert never.rows is None
    assert never.times_at_most == pytest.approx(10, rel=0.1)
    assert crossover("b", "a", {rows: (b, a) for rows, (a, b) in seconds.items()}) is None
    assert crossover("a", "b", {1_000: ([1.0], [2.0])}) is None


def test_a_crossover_of_single_repeats_has_no_interval():
    """With one repeat of each there is a place, and nothing about how sure it is."""
    found = crossover("a", "b", {1_000: ([1.0], [10.0]), 100_000: ([100.0], [10.0])})
    assert found.rows == pytest.approx(10_000)
    assert not found.known


def test_scaling_has_the_ideal_and_marks_what_is_shared():
    """More workers on the same cores have an ideal of 1, and more workers than cores are marked."""
    made = [("horovod", MadeCase(seconds, workers=workers)) for workers, seconds in ((1, 8.0), (2, 4.0), (4, 4.0))]
    points = page([make_run(made)]).views[0].workers
    assert [round(point.ideal, 6) for point in points] == [1.0, 1.0, 1.0]
    assert [point.oversubscribed for point in points] == [False, False, True]
    assert points[1].speedup == pytest.approx(2.0, rel=0.05)


def test_datasets_of_one_shape_make_curves_with_their_crossover():
    """Runs on other sizes of one dataset show from how many rows on who is the faster."""
    runs = [
        make_run([("a", MadeCase(rows / 10_000)), ("b", MadeCase(10.0))], name=str(rows), rows=rows, dataset=f"d{rows}")
        for rows in (10_000, 1_000_000)
    ]
    [found] = page(runs).panels[0].by_rows
    assert found.fastest == ("a", "b")
    [at] = found.crossovers
    assert (at.a, at.b) == ("a", "b")
    assert at.rows == pytest.approx(100_000, rel=0.1)


def test_memory_and_grades_grow_with_rows_too():
    """Beside the seconds the report draws them for every case that ran on several sizes."""
    runs = [
        make_run([("a", MadeCase(2.0, auc=auc)), ("b", MadeCase(1.0))], name=str(rows), rows=rows, dataset=f"d{rows}")
        for rows, auc in ((10_000, 0.7), (1_000_000, 0.75))
    ]
    content = page(runs)
    [found] = content.panels[0].by_rows
    [curve] = [curve for curve in found.curves if curve.name == "a"]
    assert curve.grades == ((10_000, 0.7), (1_000_000, 0.75))
    assert [rows for rows, peak in curve.memory if peak > 0] == [10_000, 1_000_000]
    written = html.render(content)
    scaling = written[written.index('<section id="scaling"') : written.index('<section id="resources"')]
    assert scaling.count("<svg") == 9  # three charts at three widths
    assert "AUC, medians." in scaling


def test_a_page_without_a_ranking_shows_none():
    """Where every case was disturbed, there is no front to explain and no table of the fastest."""
    quiet = [("xgboost", MadeCase(2.0, auc=0.75)), ("tensorflow", MadeCase(1.5, auc=0.7))]
    busy = [(name, MadeCase(case.seconds, auc=case.auc, foreign=1.5)) for name, case in quiet]
    words = ("The fastest of each family", "grey dashed line")
    for made, shown in ((quiet, True), (busy, False)):
        text = " ".join(html.render(page([make_run(made)])).split())
        assert [word in text for word in words] == [shown, shown]


def test_what_spark_says_stands_under_where_the_time_goes():
    """A case whose Spark told its stages has a row with those of the measured hook; others have none."""
    run = make_run([("mllib_linear", MadeCase(8.0)), ("xgboost", MadeCase(1.0))], repeats=1)
    said = {"stages": 12, "tasks": 24, "run_s": 9.5, "cpu_s": 7.25, "gc_s": 0.5, "shuffle_read_bytes": 3 << 20}
    run.records[0]["spark"] = {"setup": {"stages": 99}, "train": said}
    said |= {"spill_memory_bytes": 7_500_000, "spill_disk_bytes": 1_200_000}
    written = html.render(page([run]))
    table = written[written.index("What Spark says of the stages") :]
    table = table[: table.index("</table>")]
    assert "mllib_" in table
    assert "xgboost" not in table
    assert table.index("spilled, in memory") < table.index("spilled, on disk") < table.index("7.5 MB")
    assert table.index("7.5 MB") < table.index("1.2 MB")
    assert [figure in table for figure in (">12<", ">24<", "9.50 s", "7.25 s", "3.1 MB", "99")] == [True] * 5 + [False]
    assert "What Spark says" not in html.render(page([make_run([("xgboost", MadeCase(1.0))])]))
