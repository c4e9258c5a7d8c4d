"""Advice from runs: the answer, each refusal, memory before time, and a machine that others used."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.document import as_document
from bench.advise.stated import StatedTerms, ask_strategies
from bench.advise.text import print_advice
from bench.errors import UsageError
from bench.records.directory import Run
from tests.advise.measured import GIB, SIZES, Maker, fast, ladder, rung, slow

LARGEST = SIZES[-1]


def told(advice: Advice) -> str:
    """What a terminal shows."""
    console = Console(width=200, highlight=False)
    with console.capture() as captured:
        print_advice(advice, console)
    return captured.get()


def ask(runs: list[Run], rows: float = 8 * LARGEST, **options: Any) -> Advice:
    """Ask, and see that the answer fits its schema."""
    advice = advise(runs, SizeQuestion(rows, **options))
    as_document(advice)
    return advice


def codes(advice: Advice) -> dict[str, str]:
    """The code of each refused contender."""
    return {each.contender.name: each.refusal.code for each in advice.field.prospects if each.refusal}


def test_the_fastest_is_recommended() -> None:
    """One that takes a third of the time is surely the fastest, and its forecast holds the truth."""
    advice = ask(ladder({"xgboost": Maker(fast), "lightgbm": Maker(slow)}))
    best = advice.recommended
    assert best
    assert best.contender.name == "xgboost"
    assert advice.field.decision
    assert advice.field.decision.verdict == "sure"
    assert best.time
    assert best.time.low80 <= fast(8 * LARGEST) <= best.time.high80
    text = told(advice)
    assert re.search(r"For 12,800,000 rows of 3 features on Test CPU \(2 cores, 16 GiB\): xgboost, forecast", text)
    assert "Sure: a chance of 1.00 to be the fastest on the last two sizes." in text
    assert "Second: lightgbm" in text
    assert "calibration" in text
    assert "will" not in text


def test_two_that_are_alike_are_too_close() -> None:
    """Nobody is recommended, and both are named."""
    advice = ask(ladder({"xgboost": Maker(fast), "lightgbm": Maker(lambda rows: 1.02 * fast(rows))}))
    assert advice.recommended is None
    assert advice.field.decision
    assert {*advice.field.decision.may_be_best} == {"xgboost", "lightgbm"}
    assert "too close to call" in told(advice)
    assert "not the faster one" not in told(advice)


def test_three_sizes_are_likely_at_best() -> None:
    """A sure recommendation takes a second look, for which there are too few sizes."""
    advice = ask(ladder({"xgboost": Maker(fast), "lightgbm": Maker(slow)}, SIZES[2:]))
    assert advice.field.decision
    assert advice.field.decision.verdict == "likely"


def test_a_slow_start_is_overtaken_later() -> None:
    """One that starts slowly and goes on fast is not the faster one before it was; no earlier end is claimed."""
    makers = {"xgboost": Maker(fast), "xgboost_spark": Maker(lambda rows: 60 + 5e-6 * rows)}
    advice = ask(ladder(makers), 2 * LARGEST)
    (crossing,) = advice.field.crossings
    assert crossing.challenger == "xgboost_spark"
    assert crossing.not_before <= 59 / 5e-6
    assert "xgboost_spark is not the faster one before" in told(advice)


def test_only_what_is_measured_is_no_question() -> None:
    """So many rows were measured: the report answers that."""
    with pytest.raises(UsageError, match=r"Up to 1,600,000 rows were measured: .*`bench report`"):
        ask(ladder({"xgboost": Maker(fast)}), LARGEST)


BUSY = Maker(fast, busy=SIZES[3:])
REFUSALS: dict[str, tuple[Maker, str]] = {
    "few": (Maker(lambda rows: 1e-7 * rows + 0.5), "0 sizes count, of 3 that it takes"),
    "disturbed": (BUSY, "2 of its 5 sizes were disturbed: other programs used up to 1.5 cores"),
    "memory": (
        Maker(fast, memory=lambda rows: 2_000 * rows),
        r"with 13,000,000 rows it needs 25\.6 GB .* and may not fit from",
    ),
    "held-out": (Maker(lambda rows: 1 + (rows / 1e5) ** 2.2), "its forecast missed its own largest sizes by"),
    "failed": (Maker(fast, status={LARGEST: "timeout"}), "it ended as timeout with 1,600,000 rows"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_each_refusal_has_a_reason_a_remedy_and_no_number(code: str) -> None:
    """A contender of which nothing can be said has a code, a reason, what would change it, and no seconds."""
    maker, reason = REFUSALS[code]
    advice = ask(ladder({"xgboost": maker}))
    assert codes(advice) == {"xgboost": code}
    assert advice.field.decision is None
    (contender,) = as_document(advice)["contenders"]
    assert re.search(reason, contender["reason"])
    assert contender["next"]
    assert not {contender[name] for name in ("time_s", "memory_bytes", "grade", "chance")} - {None}
    text = told(advice)
    assert "no answer" in text
    assert f"Refused: xgboost: {code}: " in text
    assert "To change that: " in text


def test_beyond_the_reach_a_size_is_named_that_would_do() -> None:
    """65 times the largest size is refused with the rows that would allow it, and how long they take."""
    advice = ask(ladder({"xgboost": Maker(fast)}, host={"memory_bytes": 2**50}), 65 * LARGEST)
    assert codes(advice) == {"xgboost": "reach"}
    assert "no answer, since that is 65 times the largest that was measured, and 64 times are the most" in told(advice)
    assert re.search(r"The farthest that can be said: for 100,000,000 rows .*: xgboost, forecast", told(advice))
    farthest = as_document(advice)["farthest"]
    assert (farthest["rows"], farthest["recommended"]) == (100_000_000, "xgboost")
    assert re.search(r"measure it with 1,600,000 rows \(about 17\.\d s\)", told(advice))


def test_an_order_of_magnitude_is_no_recommendation() -> None:
    """Beyond the reach, where it is asked for: one digit, a ranking, and still nobody is recommended."""
    runs = ladder({"xgboost": Maker(fast), "lightgbm": Maker(slow)}, host={"memory_bytes": 2**50})
    advice = ask(runs, 6250 * LARGEST, beyond=True)
    assert codes(advice) == {"xgboost": "reach", "lightgbm": "reach"}
    assert advice.field.decision is None
    assert "and no recommendation): xgboost about 30 h, lightgbm about 3 days." in told(advice).replace("\n", " ")
    figures = {each["name"]: each["beyond_reach_s"] for each in as_document(advice)["contenders"]}
    assert figures == {"xgboost": 1e5, "lightgbm": 3e5}
    assert {each["time_s"] for each in as_document(advice)["contenders"]} == {None}
    silent = ask(runs, 6250 * LARGEST)
    assert "Beyond the reach" not in told(silent)
    assert {each["beyond_reach_s"] for each in as_document(silent)["contenders"]} == {None}


def test_memory_is_told_no_farther_than_the_time() -> None:
    """What fits as far as anything is known, and would not at the size asked for, is beyond the reach."""
    makers = {"xgboost": Maker(fast, memory=lambda rows: 1e8 + 30 * rows)}
    assert codes(ask(ladder(makers), 6400 * LARGEST)) == {"xgboost": "reach"}


def test_running_out_of_memory_is_no_failure() -> None:
    """A size at which the kernel killed the trial says that memory ends there."""
    killed = "The kernel killed it for want of memory: give it less data or more memory."
    advice = ask(ladder({"xgboost": Maker(fast, status={LARGEST: "failed"}, reason=killed)}))
    assert codes(advice) == {"xgboost": "memory"}


UNLIKE = {
    "machine": ({"host": {"id": "another"}}, "machine id is"),
    "stack": ({"versions": {"tensorflow": "2.20.0"}}, "tensorflow is 2.21.0 in A and 2.20.0 in B"),
    "settings": ({"request": {"trees": 40}}, "trees is 20 in A and 40 in B"),
}


@pytest.mark.parametrize("fact", UNLIKE)
def test_unlike_runs_are_refused_with_the_fact(fact: str) -> None:
    """Runs of other machines, stacks or settings are not put on one curve."""
    differences, reason = UNLIKE[fact]
    makers = {"xgboost": Maker(fast), "lightgbm": Maker(slow)}
    advice = ask([*ladder(makers, SIZES[:4]), rung(makers, LARGEST, **differences)])
    assert set(codes(advice).values()) == {"unlike"}
    assert reason in told(advice)
    assert as_document(advice)["code"] == "unlike"


def test_another_table_is_refused() -> None:
    """The table in question has other features than those of the runs."""
    runs = ladder({"xgboost": Maker(fast)})
    table = {"label": "late", "features": ("a", "b"), "problem": "binary"}
    assert codes(ask(runs, table=table)) == {"xgboost": "unlike"}
    assert not codes(ask(runs, table={**table, "features": ("a", "b", "c")}))


def test_a_ceiling_that_a_strategy_states_ends_its_forecasts() -> None:
    """Beyond it there is none, and the most rows below it are told; others are recommended past it."""
    stated = {"xgboost": StatedTerms(limits=lambda at: {"its count of rows": at.rows / 2e7})}
    small = ladder({"xgboost": Maker(fast, memory=lambda rows: 1e8 + 10 * rows)})
    advice = advise(small, SizeQuestion(8e7), stated)
    assert codes(advice) == {"xgboost": "limit"}
    assert "Refused: xgboost: limit: its count of rows is used up at 20,000,000 rows." in told(advice)
    assert re.search(r"The farthest that can be said: for 20,000,000 rows .*: xgboost, forecast", told(advice))
    assert as_document(advice)["farthest"]["rows"] == 20_000_000
    assert not codes(advise(small, SizeQuestion(1.9e7), stated))
    both = ladder({"xgboost": Maker(fast), "lightgbm": Maker(slow)})
    recommended = advise(both, SizeQuestion(2.1e7), stated).recommended
    assert recommended
    assert recommended.contender.name == "lightgbm", "who cannot do it is in nobody's way"
    passed = {"xgboost": StatedTerms(limits=lambda at: {"its count of rows": at.rows / 1e6})}
    assert not codes(advise(small, SizeQuestion(8e7), passed)), "what was measured is no limit"


def test_a_ceiling_may_be_a_setting_of_the_runs() -> None:
    """Spark's for all rows that come to the driver is raised by the setting with which the runs were made."""
    runs = ladder({"to_arrow": Maker(fast, memory=lambda rows: 1e8 + 10 * rows)})
    stated = ask_strategies(["to_arrow"])
    refused = advise(runs, SizeQuestion(9e7), stated)
    assert "spark.driver.maxResultSize (1g) is used up at 65,000,000 rows." in told(refused)
    for run in runs:
        run.run["environment"]["cluster"] = {"master": "local", "settings": {"spark.driver.maxResultSize": "2g"}}
    assert not codes(advise(runs, SizeQuestion(9e7), stated))


def test_a_cluster_whose_memory_nobody_recorded_is_beyond_the_limit() -> None:
    """Without the memory of executors nothing is said, since a time without it may be a lie."""
    runs = ladder({"xgboost": Maker(fast)})
    for run in runs:
        run.run["environment"]["cluster"] = {"master": "spark://host:7077", "settings": {}}
    assert codes(ask(runs)) == {"xgboost": "limit"}
    for run in runs:
        run.run["environment"]["cluster"]["master"] = "local"  # one machine, whose Spark has a setting of the user's
    assert not codes(ask(runs))


def test_a_memory_cliff_is_never_answered_with_seconds() -> None:
    """Whatever grows how, a contender that does not fit has no seconds: simulated needs, small copies included."""
    random = np.random.default_rng(1)
    wrong = needless = fits = 0
    for _ in range(60):
        base, slope, copies = random.uniform(1e8, 1e9), 10 ** random.uniform(2, 4), random.uniform(0, 1)
        knee = 10 ** random.uniform(5, 6)

        def need(rows: float, base=base, slope=slope, copies=copies, knee=knee) -> float:
            return base + slope * rows * (1 + copies * math.exp(-rows / knee))

        noise = random.normal(1, 0.02, len(SIZES))
        makers = {"xgboost": Maker(fast, memory=lambda rows, noise=noise: need(rows) * noise[SIZES.index(int(rows))])}
        rows = LARGEST * random.uniform(2, 16)
        advice = ask(ladder(makers), rows)
        shown = bool(advice.field.prospects[0].time)
        wrong += shown and need(rows) > 16 * GIB
        fits += need(rows) < 0.4 * 16 * GIB
        needless += not shown and need(rows) < 0.4 * 16 * GIB
    assert wrong == 0
    assert fits >= 15
    assert needless <= 0.05 * fits


def test_a_disturbed_machine_never_changes_the_winner() -> None:
    """Where others disturbed some sizes, the answer is that of the quiet machine, or nobody is recommended."""
    random = np.random.default_rng(2)
    answered = 0
    for _ in range(30):
        names = ("xgboost", "lightgbm", "tensorflow")
        slopes = dict(zip(names, 10 ** random.uniform(-5.2, -4.2, 3), strict=True))
        starts = dict(zip(names, random.uniform(1, 8, 3), strict=True))

        def maker(name: str, busy: list[int], slopes=slopes, starts=starts) -> Maker:
            return Maker(
                lambda rows: starts[name] + slopes[name] * rows, busy=busy, slower=random.choice([1.8, 4.0, 20.0, 61.0])
            )

        busy = {name: [size for size in SIZES if random.random() < 0.15] for name in names}
        quiet = ask(ladder({name: maker(name, []) for name in names}))
        loud = ask(ladder({name: maker(name, busy[name]) for name in names}))
        if loud.recommended:
            answered += 1
            truth = min(names, key=lambda name: starts[name] + slopes[name] * 8 * LARGEST)
            assert loud.recommended.contender.name == truth
            if quiet.recommended:
                assert loud.recommended.contender.name == quiet.recommended.contender.name
    assert answered >= 5


def test_one_that_was_disturbed_and_cannot_be_the_fastest_is_in_nobodys_way() -> None:
    """Undisturbed it took longer for few rows than the best does for all: the best is recommended all the same."""
    hopeless = Maker(lambda rows: 1000 + slow(rows), busy=SIZES[2:])
    advice = ask(ladder({"xgboost": Maker(fast), "lightgbm": hopeless}), 2 * LARGEST)
    assert codes(advice) == {"lightgbm": "disturbed"}
    assert advice.recommended
    close = ask(ladder({"xgboost": Maker(fast), "lightgbm": Maker(slow, busy=SIZES[2:])}), 2 * LARGEST)
    assert close.recommended is None
    assert close.field.decision
    assert close.field.decision.may_be_best == ("xgboost", "lightgbm")


def test_more_rows_that_are_not_worth_it_are_named() -> None:
    """A grade that no longer moves is said, and one that does is not."""
    flat = Maker(fast, grade=lambda rows: 0.75 - 1e9 * rows**-3)
    steep = Maker(slow, grade=lambda rows: 0.9 - 2 * rows**-0.2)
    text = told(ask(ladder({"xgboost": flat, "lightgbm": steep}), quality=0.7))
    assert re.search(r"More rows are not worth it for xgboost: AUC gains 0\.0\d+ at most\.", text)
    assert "worth it for lightgbm" not in text


def test_a_worse_answer_is_not_compared_by_time() -> None:
    """The fastest of all is out where its grade is worse than the best by more than a little, unless less will do."""
    makers = {"mllib_linear": Maker(fast, grade=lambda _: 0.65), "lightgbm": Maker(slow)}
    advice = ask(ladder(makers))
    assert codes(advice) == {"mllib_linear": "quality"}
    assert advice.recommended
    assert advice.recommended.contender.name == "lightgbm"
    assert re.search(r"its AUC of 0\.6500 does not reach 0\.73\d\d", told(advice))
    less = ask(ladder(makers), quality=0.6)
    assert less.recommended
    assert less.recommended.contender.name == "mllib_linear"
    assert ask(ladder(makers), quality=0.9).field.decision is None


def test_scoring_is_told_for_all_rows() -> None:
    """A rate becomes the time for the rows asked for; a way that stopped early has no forecast, and may be faster."""
    makers = {"map_in_arrow": Maker(fast), "udf_row": Maker(slow)}
    runs = ladder(makers, task="predict", request={"task": "predict"})
    whole = ask(runs)
    assert whole.recommended
    assert whole.recommended.time
    assert whole.recommended.time.estimate == pytest.approx(fast(8 * LARGEST), rel=0.05)
    assert re.search(r"map_in_arrow, forecast .* for all rows\.", told(whole))
    for run in runs:
        for record in run.records:
            if record["trial"]["strategy"] == "udf_row":
                record["rows"] = 1000
    part = ask(runs)
    assert codes(part) == {"udf_row": "few"}
    assert part.recommended is None


def test_workers_are_contenders_of_their_own() -> None:
    """A strategy with two workers is forecast from its own sizes."""
    makers = {"xgboost": Maker(fast), "xgboost_spark": Maker(slow, workers=2)}
    names = [each.contender.name for each in ask(ladder(makers)).field.prospects]
    assert names == ["xgboost", "xgboost_spark (2 workers)"]


def test_no_answer_is_looked_for_among_rows_that_were_measured() -> None:
    """Where one ends below the largest size of another, which ends too, there is an answer all the same."""
    stated = {"xgboost": StatedTerms(limits=lambda at: {"its count of rows": at.rows / 1e7})}
    large = Maker(slow, memory=lambda rows: 600 * rows)
    runs = ladder({"xgboost": Maker(fast, memory=lambda rows: 1e8 + rows), "lightgbm": large})
    advice = advise([*runs, rung({"lightgbm": large}, 16 * LARGEST)], SizeQuestion(9e7), stated)
    assert codes(advice)["xgboost"] == "limit"
    assert codes(advice).keys() == {"xgboost", "lightgbm"}
    assert advice.farthest is None
