"""From what was measured to verdicts, sentences and the exit code (acceptance test A6; the rest is in test_gate.py)."""

from dataclasses import replace

import pytest

from bench.gate.measuring.cases import AbsentCase
from bench.gate.measuring.measurements import CaseMeasurements
from bench.gate.verdict import judgement
from tests.gate.made import RULES, case, document, failed, graded, measured, pairs, quiet

KEY = ("mine", "train", "tiny", 1, 2)


def _entry(one, **grades):
    return judgement.entry(one, RULES, grades or None)


def _gone(verdict):
    return judgement.absent_entry(AbsentCase(KEY, verdict, "A reason."))


@pytest.mark.parametrize(
    ("one", "verdict", "said"),
    [
        (measured(), "ok", "no slowdown of 10%"),
        (measured(1.2), "regression", "Confirmed: 1.200 times"),
        (measured(0.8), "improvement", "Confirmed: 0.800 times"),
        (measured(auc=0.7), "worse", "AUC is 0.7000 and was 0.8000"),
        (measured(0.5, auc=0.7), "worse", "AUC is 0.7000"),
        (failed(), "broken", "candidate ended as failed: ValueError"),
        (failed("baseline", "timeout"), "broken", "baseline ended as timeout"),
        (failed(status="invalid"), "worse", "candidate ended as invalid"),
        (CaseMeasurements(case()), "inconclusive", "no time to measure it"),
    ],
)
def test_each_verdict_has_its_sentence(one, verdict, said):
    """A verdict comes with what it rests on; a faster broken trainer is no improvement."""
    found = _entry(one)
    assert found["verdict"] == verdict
    assert said in found["reason"]
    document([found])  # fits the schema


@pytest.mark.parametrize(
    ("problem", "metric", "before", "after", "said"),
    [
        ("regression", "rmse", 38.9, 39.2, None),
        ("regression", "rmse", 38.9, 39.7, "RMSE is 39.70 and was 38.90"),
        ("regression", "rmse", 38.9, 20.0, None),
        ("regression", "rmse", 38.9e6, 39.7e6, "RMSE is 39,700,000 and was 38,900,000"),
        ("regression", "r2", 0.12, 0.10, "R² is 0.1000 and was 0.1200"),
        ("multiclass", "log_loss", 0.9, 0.95, "log loss is 0.9500 and was 0.9000"),
        ("multiclass", "log_loss", 0.9, 0.5, None),
        ("multiclass", "accuracy", 0.6, 0.5, "accuracy is 0.5000 and was 0.6000"),
    ],
)
def test_a_worse_answer_of_any_kind(problem, metric, before, after, said):
    """What is worse follows the grade's direction, and its tolerance is a share where it has the label's unit."""
    found = _entry(graded(problem, {metric: before}, {metric: after}))
    assert found["verdict"] == ("worse" if said else "ok")
    assert (said or "no slowdown") in found["reason"]
    document([found])


def test_a_regression_names_its_phase():
    """The phase that takes longer is named, with its seconds."""
    found = _entry(measured(1.2, load=0.5))
    assert found["phase"]["name"] == "train/load"
    assert "in train/load: 0.5 s instead of 0.3 s" in found["reason"]


def test_doubt_says_what_could_have_been_seen():
    """An inconclusive case says which slowdown this night could have shown."""
    one = CaseMeasurements(case())
    noise = [1.0, 1.6, 0.8, 1.3, 0.7, 1.1, 1.5, 0.9, 1.2, 0.75]
    one.pairs = pairs([*map(_record, noise)], [*map(_record, reversed(noise))])
    found = _entry(one)
    assert found["verdict"] == "inconclusive"
    assert "could have seen a slowdown of" in found["reason"]
    assert found["smallest_change"] > 0.2


def _record(seconds):
    return quiet(1, seconds)[0]


def test_recorded_grades_are_the_reference_where_there_are_some():
    """With a stored baseline the candidate must reach the grades of that run, whatever the baseline gives today."""
    assert _entry(measured(auc=0.8), auc=0.9, log_loss=0.5)["verdict"] == "worse"
    assert _entry(measured(auc=0.7), auc=0.7, log_loss=0.5)["verdict"] == "ok"


def test_a_slow_setup_is_noticed_beside_the_verdict():
    """What a case is not judged by is not in its verdict, and is said where it surely got slower."""
    one = measured()
    for pair in one.pairs:
        pair.candidate["phases"]["setup"] = 1.5 + pair.candidate["time_to_model_s"] / 1000
        pair.baseline["phases"]["setup"] = 1.0 + pair.baseline["time_to_model_s"] / 1000
    found = _entry(one)
    assert found["verdict"] == "ok"
    assert "setup takes 1.5 s instead of 1 s" in found["reason"]


@pytest.mark.parametrize("ratio", [1.0, 1.2, 0.8])
def test_a_disturbed_pair_confirms_nothing(ratio):
    """Where a pair that decides stayed disturbed the verdict is in doubt, says of how many, and is no failure."""
    one = measured(ratio)
    for at in (-1, -3):
        one.pairs[at] = replace(one.pairs[at], noisy=True)
    found = _entry(one)
    assert (found["verdict"], found["speed"], found["noisy"]) == ("inconclusive", "inconclusive", 2)
    assert f"2 of {5 if ratio == 1 else 10} pairs were disturbed in spite of all retries" in found["reason"]
    assert judgement.exit_code([found], strict=False) == 0
    assert judgement.exit_code([found], strict=True) == 3


def test_a_disturbed_look_is_made_good_by_quiet_fresh_pairs():
    """The pairs of the looks decide nothing once fresh ones have been measured."""
    one = measured(1.2)
    one.pairs[0] = replace(one.pairs[0], noisy=True)
    assert _entry(one)["verdict"] == "regression"


def test_a_worse_answer_is_one_on_a_busy_machine_too():
    """Grades survive a disturbance."""
    one = measured(auc=0.7)
    one.pairs[0] = replace(one.pairs[0], noisy=True)
    assert _entry(one)["verdict"] == "worse"


def test_a_setup_that_others_disturbed_is_no_notice():
    """Of set-ups that look slower only those count that were quiet; the training has its verdict all the same."""
    one = measured()
    for pair in one.pairs:
        pair.candidate["phases"]["setup"] = 1.5 + pair.candidate["time_to_model_s"] / 1000
        pair.candidate["machine"] = {"setup": {"foreign_cpu_share": 1.0}, "train": {"foreign_cpu_share": 0.0}}
    found = _entry(one)
    assert (found["verdict"], found["notices"]) == ("ok", [])


@pytest.mark.parametrize(
    ("entries", "strict", "code"),
    [
        ([_entry(measured())], False, 0),
        ([_entry(measured()), _gone("new"), _gone("skipped"), _gone("left_out")], True, 0),
        ([_entry(measured()), _entry(measured(0.8))], True, 0),
        ([_entry(measured()), _entry(measured(1.2))], False, 1),
        ([_entry(measured()), _entry(CaseMeasurements(case()))], False, 0),
        ([_entry(measured()), _entry(CaseMeasurements(case()))], True, 3),
        ([_entry(measured()), _entry(measured(auc=0.7))], False, 4),
        ([_entry(measured(1.2)), _entry(measured(0.5, auc=0.7))], False, 4),
        ([_entry(measured()), _gone("missing")], False, 5),
        ([_entry(measured()), _entry(failed())], False, 5),
        ([_entry(measured(1.2)), _entry(failed())], True, 1),
        ([_gone("skipped"), _gone("left_out")], False, 5),
        ([], False, 5),
    ],
)
def test_a6_exit_codes(entries, strict, code):
    """A6: a confirmed slowdown is 1, doubt with --strict 3, a worse answer 4, a case that is missing or broken 5."""
    assert judgement.exit_code(entries, strict=strict) == code
