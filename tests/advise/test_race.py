"""The race: who is measured next, at which size, and when it is over."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from bench.advise.advice import SizeQuestion, advise
from bench.advise.race import finalists
from tests.advise import worlds
from tests.advise.measured import GIB, Maker, fast, slow
from tests.advise.racing import SIZES, MadeRace


def test_it_ends_when_it_is_sure() -> None:
    """With a clear winner the race ends long before its budget, and whoever is surely slower is left out before."""
    race = MadeRace(
        {"xgboost": Maker(fast), "lightgbm": Maker(slow), "mllib_gbt": Maker(lambda n: 9 * slow(n))}, 1e7, 3600
    )
    assert race.run().reason == "sure"
    assert race.spent_s < 600
    assert race.names(0) == {"xgboost", "lightgbm", "mllib_gbt"}
    assert race.names(-1) < race.names(0)
    assert race.advice
    assert race.advice.recommended
    assert race.advice.recommended.contender.name == "xgboost"


def test_sizes_double_and_cheap_ones_are_left_out() -> None:
    """The next size is twice as large, or four times while that costs next to nothing of what is left."""
    hasty = MadeRace({"xgboost": Maker(fast), "lightgbm": Maker(lambda n: 1.2 * fast(n))}, 2e8, 36_000)
    hasty.run()
    assert [step.rows for step in hasty.rounds][:3] == [SIZES[0], SIZES[2], SIZES[4]]
    short = MadeRace({"xgboost": Maker(fast), "lightgbm": Maker(lambda n: 1.2 * fast(n))}, 2e8, 120)
    short.run()
    assert [step.rows for step in short.rounds][:3] == list(SIZES[:3])


def test_the_budget_is_kept() -> None:
    """No trial begins that would not end in time."""
    race = MadeRace({"xgboost": Maker(fast), "lightgbm": Maker(lambda n: 1.1 * fast(n))}, 1e8, 100)
    assert race.run().reason == "budget"
    assert 50 < race.spent_s <= 100


def test_those_that_are_alike_need_no_larger_size() -> None:
    """A tie is the answer, and what is left of the budget is kept."""
    race = MadeRace({"xgboost": Maker(fast), "lightgbm": Maker(lambda n: 1.03 * fast(n))}, 2e7, 36_000)
    assert race.run().reason == "alike"
    assert race.spent_s < 3600


def test_it_ends_at_the_end_of_the_table() -> None:
    """No size is larger than the table."""
    race = MadeRace({"xgboost": Maker(fast), "lightgbm": Maker(lambda n: 1.2 * fast(n))}, 1e9, 36_000, SIZES[:4])
    assert race.run().reason == "rows"
    assert max(step.rows for step in race.rounds) == SIZES[3]


def test_who_fails_is_out() -> None:
    """A crash ends a contender's race, and not that of the others; with nobody left there is nothing to measure."""
    broken = Maker(fast, status={SIZES[0]: "failed"})
    race = MadeRace({"xgboost": broken, "lightgbm": Maker(slow)}, 1e7, 3600)
    race.run()
    assert race.names(0) == {"xgboost", "lightgbm"}
    assert race.names(1) == {"lightgbm"}
    alone = MadeRace({"xgboost": broken}, 1e7, 3600)
    assert alone.run().reason == "nobody"
    assert len(alone.rounds) == 1


def test_who_does_not_fit_is_out_once_that_is_known() -> None:
    """Memory is judged from four sizes on: the intervals of fewer are so wide that nobody would be left."""
    hungry = Maker(lambda n: fast(n) / 2, memory=lambda n: 1e9 + n * GIB / 1e6)
    race = MadeRace(
        {"xgboost": hungry, "lightgbm": Maker(fast), "tensorflow": Maker(lambda n: 1.15 * fast(n))}, 2e7, 600
    )
    race.run()
    assert all("xgboost" in race.names(place) for place in range(4))
    assert race.names(-1) == {"lightgbm", "tensorflow"}
    assert finalists(race.state()) == [("lightgbm", 1), ("tensorflow", 1)]


def test_who_learns_too_little_does_not_set_the_pace() -> None:
    """A fast model with bad answers throws nobody out, and is not measured for ever."""
    makers = {
        "mllib_linear": Maker(fast, grade=lambda rows: 0.6 + 0 * rows),
        "xgboost": Maker(slow),
        "lightgbm": Maker(lambda n: 1.2 * slow(n)),
    }
    race = MadeRace(makers, 2e7, 900)
    race.run()
    assert "xgboost" in race.names(-1)
    assert "mllib_linear" not in race.names(-1)
    assert race.advice
    assert race.advice.recommended
    assert race.advice.recommended.contender.name == "xgboost"


def test_who_hardly_may_win_climbs_no_further() -> None:
    """One with next to no chance is out while its interval still reaches that of the best."""
    makers = {
        "xgboost": Maker(fast),
        "lightgbm": Maker(lambda rows: 1.15 * fast(rows)),
        "tensorflow": Maker(lambda rows: 2.1 * fast(rows)),
    }
    race = MadeRace(makers, 2e7, 400)
    race.run()
    assert race.names(1) == {*makers}
    assert race.names(-1) == {"xgboost", "lightgbm"}
    last = max(step.rows for step in race.rounds if ("tensorflow", 1) in step.entrants)
    then = advise([run for run in race.runs if run.run["dataset"]["train_rows"] <= last], SizeQuestion(2e7))
    times = {each.contender.name: each.time for each in then.field.prospects}
    assert times["xgboost"]
    assert times["tensorflow"]
    assert times["tensorflow"].low95 < times["xgboost"].high95


def test_a_disturbed_contender_stays_in_the_race() -> None:
    """What others disturbed says nothing of a contender, so that it neither wins nor is thrown out."""
    race = MadeRace({"xgboost": Maker(fast, busy=SIZES), "lightgbm": Maker(lambda n: 3 * fast(n))}, 1e7, 900)
    race.run()
    assert all("xgboost" in race.names(place) for place in range(len(race.rounds)))
    assert race.advice
    assert race.advice.recommended is None


def test_a_machine_that_others_use_ends_it() -> None:
    """Where they disturb everybody at the first sizes nothing can come of the others, and the budget is not used up."""
    makers = {"xgboost": Maker(fast, busy=SIZES), "lightgbm": Maker(slow, busy=SIZES)}
    race = MadeRace(makers, 1e7, 9000)
    assert race.run().reason == "disturbed"
    assert len(race.rounds) == 3
    some = MadeRace({**makers, "lightgbm": Maker(slow)}, 1e7, 9000)
    assert some.run().reason != "disturbed"


@pytest.mark.parametrize("budget_s", [600, 1200])
def test_races_with_a_known_truth_are_seldom_wrong(budget_s: float) -> None:
    """Of sure recommendations hardly any takes over 5 % longer than the fastest; the full size is in `benchmarks/`."""
    random = np.random.default_rng(11)
    found: Counter[str] = Counter()
    for _ in range(12):
        world = worlds.world(random)
        makers = {f"s{place}": Maker(one.measure, grade=lambda rows: 0.7 + 0 * rows) for place, one in enumerate(world)}
        race = MadeRace(makers, 2e7, budget_s, overhead_s=6.5)
        race.run()
        assert race.spent_s <= budget_s
        decision = race.advice.field.decision if race.advice else None
        if decision and decision.verdict != "tie":
            truth = [one.time(2e7) for one in world]
            wrong = truth[int(decision.best[1:])] > 1.05 * min(truth)
            found[f"{decision.verdict}{' wrong' if wrong else ''}"] += 1
    assert found["sure"] + found["likely"] >= 4, found
    assert found["sure wrong"] == 0, found


def test_thinking_takes_less_than_a_second() -> None:
    """Fourteen contenders at six sizes: fit, decision and next step; CPU seconds, so that others do not matter."""
    import time

    makers = {f"s{place}": Maker(lambda n, place=place: (1 + place / 50) * fast(n)) for place in range(14)}
    race = MadeRace(makers, 1e8, math.inf, SIZES[:6])
    race.run()
    begun = time.process_time()
    race.advice = None
    from bench.advise.race import next_step

    race.advice = advise(race.runs, SizeQuestion(1e8))
    next_step(race.state())
    assert time.process_time() - begun < 1.0
