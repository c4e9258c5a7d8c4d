"""The answer names who cannot be told from the fastest, at what quality, and how sure that is."""

import pytest

from bench.findings.cases import cases
from bench.report.page import page
from tests.report.made import MadeCase, make_run


def _answer(*made, quality=None, **options):
    [view] = page([make_run(made, **options)], quality=quality).views
    [answer] = view.answers
    return answer


def _point(answer, word):
    return dict(answer.points)[word]


def test_a_clear_lead_is_called_with_its_interval():
    """One that is faster in every repeat is the one to use; the next is named with the ratio and its interval."""
    answer = _answer(
        ("null", MadeCase(0.0)), ("lightgbm", MadeCase(1.0, auc=0.74)), ("xgboost", MadeCase(2.0, auc=0.74))
    )
    assert answer.headline.startswith("Use lightgbm: ")
    assert "Nothing else is as fast." in answer.headline
    assert answer.chosen == ("lightgbm",)
    assert "xgboost, took 2.0" in _point(answer, "Lead")
    assert "95 % interval" in _point(answer, "Lead")
    assert "5 repeats" in _point(answer, "How sure")


def test_what_cannot_be_told_apart_is_a_tie():
    """Two whose repeats overlap are both named, and that it is too close to call."""
    first, second = [1.0, 1.1, 1.2, 1.3, 1.4], [1.05, 1.15, 1.25, 1.35, 1.45]
    answer = _answer(("lightgbm", MadeCase(first)), ("xgboost", MadeCase(second)), ("tensorflow", MadeCase(30.0)))
    assert answer.chosen == ("lightgbm", "xgboost")
    assert "Use lightgbm or xgboost" in answer.headline
    assert "too close to call" in answer.headline
    assert "xgboost took" in _point(answer, "Too close to call")
    assert "tensorflow" in _point(answer, "Lead")


def test_one_repeat_is_no_evidence():
    """With one repeat nobody is chosen, and the answer says how many repeats would be enough for so many cases."""
    made = [(name, MadeCase(seconds)) for seconds, name in enumerate(("a", "b", "c", "d"), 1)]
    answer = _answer(*made, repeats=1)
    assert answer.chosen == ()
    assert "no evidence" in answer.headline
    assert "One repeat is no evidence about noise" in _point(answer, "How sure")
    assert "--repeat 4" in _point(answer, "How sure")
    assert _answer(*made, repeats=4).chosen == ("a",)


def test_too_few_repeats_for_so_many_cases_are_no_evidence():
    """Where no figures whatever could tell anybody from the fastest, the answer says so and does not call it a tie."""
    answer = _answer(*((name, MadeCase(seconds)) for seconds, name in enumerate("abcdefgh", 1)), repeats=3)
    assert answer.chosen == ()
    assert "3 repeats cannot tell any of 8 cases from the fastest" in _point(answer, "How sure")


def test_the_quality_asked_for_decides_who_counts():
    """What is faster and worse is named but not the answer; by default 0.01 of AUC below the best still counts."""
    made = (
        ("mllib_linear", MadeCase(1.0, auc=0.70)),
        ("lightgbm", MadeCase(2.0, auc=0.742)),
        ("xgboost", MadeCase(3.0, auc=0.75)),
    )
    answer = _answer(*made)
    assert answer.chosen == ("lightgbm",)
    assert answer.asked == pytest.approx(0.74)
    assert "mllib_linear is faster" in _point(answer, "With less quality")
    assert "The best is xgboost: 0.0080 more" in _point(answer, "Quality")
    assert _answer(*made, quality=0.6).chosen == ("mllib_linear",)
    assert _answer(*made, quality=0.745).chosen == ("xgboost",)
    assert "Nothing reaches an AUC of 0.9000: the best is xgboost" in _answer(*made, quality=0.9).headline


def test_start_up_may_turn_the_order():
    """Who starts a session for one job learns who is first then."""
    run = make_run([("lightgbm", MadeCase(2.0)), ("xgboost_spark", MadeCase(1.0))])
    for record in run.records:
        if record["trial"]["strategy"] == "xgboost_spark":
            record["phases"]["setup"] = 10.0
    [answer] = page([run]).views[0].answers
    assert answer.chosen == ("xgboost_spark",)
    assert "lightgbm takes the least" in _point(answer, "Start-up included")


def test_a_disturbed_start_up_gives_no_order():
    """A set-up that others disturbed in every trial is compared with none; the training, which was quiet, is."""
    quiet = {"foreign_cpu_share": 0.0}
    busy = {"setup": {"foreign_cpu_share": 1.0}, "train": quiet, "start": quiet}
    made = [("xgboost", MadeCase(1.0)), ("lightgbm", MadeCase(2.0, machine=busy))]
    answer = _answer(*made)
    assert answer.chosen == ("xgboost",)
    assert _point(answer, "Start-up included") == "Not known: others disturbed 1 of 2 cases in each start-up."
    alone = _point(_answer(made[1]), "Start-up included")
    assert alone == "Not known: others disturbed it in each start-up."


def test_the_start_up_is_that_of_quiet_trials():
    """Of trials whose set-up was quiet in one repeat, that one counts."""
    busy = {"setup": {"foreign_cpu_share": 1.0}, "train": {"foreign_cpu_share": 0.0}}
    run = make_run([("xgboost", MadeCase([1.0, 1.0, 1.0], machine=busy))], repeats=3)
    run.records[1]["machine"] = {}
    run.records[1]["phases"]["setup"] = 0.5
    [view] = page([run]).views
    assert "takes 1.60 s" in _point(view.answers[0], "Start-up included")


def test_what_speaks_against_it_is_said():
    """A busy machine and trials that failed stand under the answer."""
    answer = _answer(("a", MadeCase(1.0, foreign=0.9)), ("b", MadeCase(2.0)), repeats=5)
    assert "busy in 5 of 10 trials" in answer.caution[0]
    answer = _answer(("a", MadeCase(1.0, status=["ok", "ok", "ok", "failed", "ok"])), ("b", MadeCase(2.0)), repeats=5)
    assert answer.caution == ("a ended well in 4 of 5 trials only.",)


def test_nothing_measured_is_said():
    """A run of skips has no answer, and says that."""
    answer = _answer(("a", MadeCase(1.0, status="skipped")), ("null", MadeCase(0.0)))
    assert "Nothing was measured" in answer.headline


def test_scoring_has_an_answer_for_each_kind_of_model():
    """Who scores one given model, and who scores with its own, are not compared: their models differ."""
    run = make_run(
        [("tensorflow", MadeCase(4.0)), ("map_in_arrow", MadeCase(9.0)), ("xgboost", MadeCase(1.0))], task="predict"
    )
    for record in run.records:
        record["trial"]["model"] = None if record["trial"]["strategy"] == "xgboost" else "sha"
    given, own = page([run]).views[0].answers
    assert given.chosen == ("tensorflow",)
    assert given.headline.startswith("To score one given model, use tensorflow: ")
    assert own.chosen == ("xgboost",)
    assert "rows/s" in own.headline


def test_repeats_of_several_runs_come_with_a_caution():
    """Like runs are shown together, and that they were not interleaved is said."""
    runs = [make_run([("a", MadeCase(1.0)), ("b", MadeCase(2.0))], name=name) for name in ("one", "two")]
    [view] = page(runs).views
    assert all(len(case.ok) == 10 for case in cases(record for run in runs for record in run.records))
    assert "come from 2 runs, which were not interleaved" in view.answers[0].caution[0]
