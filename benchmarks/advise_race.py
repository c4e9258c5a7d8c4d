"""Races in worlds whose truth is known: `uv run python -m benchmarks.advise_race [WORLDS]`.

Six strategies are measured as `bench advise` measures them, trial by trial within a budget, by the race and on a ladder
on which everybody climbs to the end. The table says what was decided, how often a sure or likely recommendation takes
over 5 % longer than the fastest, by how much these take longer in the mean, and the seconds used.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from bench.advise.race import Round
from tests.advise import worlds
from tests.advise.measured import Maker
from tests.advise.racing import MadeRace

QUESTIONS = [(rows, budget_s) for rows in (1e6, 1e7, 5e7) for budget_s in (600.0, 1200.0)]
WRONG = 0.05  # longer than the fastest, as a share


def main(number: int) -> None:
    """Print the table.

    Args:
        number: Worlds for each question.
    """
    total: Counter[str] = Counter()
    for rows, budget_s in QUESTIONS:
        for name in ("race", "ladder"):
            random = np.random.default_rng(5)
            found: Counter[str] = Counter()
            regrets, spent = [], []
            for _ in range(number):
                world = worlds.world(random)
                # Others than time decide nothing here: all fit into memory, and learn alike.
                makers = {
                    f"s{place}": Maker(one.measure, lambda rows: 1e8 + rows, lambda rows: 0.7 + 0 * rows)
                    for place, one in enumerate(world)
                }
                made = MadeRace(makers, rows, budget_s, overhead_s=6.5)
                if name == "race":
                    made.run()
                else:
                    climb_to_the_end(made)
                spent.append(made.spent_s)
                decision = made.advice.field.decision if made.advice else None
                if decision is None:
                    found["refused"] += 1
                    continue
                found[decision.verdict] += 1
                if decision.verdict != "tie":
                    truth = [one.time(rows) for one in world]
                    regrets.append(truth[int(decision.best[1:])] / min(truth) - 1)
                    found[f"{decision.verdict} wrong"] += int(regrets[-1] > WRONG)
            total += Counter({f"{name} {key}": count for key, count in found.items()})
            print(
                f"{rows:.0e} rows, {budget_s:.0f} s, {name}: {dict(found)}, mean regret "
                f"{np.mean(regrets or [np.nan]):.1%}, {np.mean(spent):.0f} s used",
                flush=True,
            )
    print(f"all: {dict(total)}")


def climb_to_the_end(made: MadeRace) -> None:
    """Measure everybody on each size until the budget ends."""
    for size in made.state().sizes:
        if made.spent_s < made.budget_s:
            made.measure(Round(size, tuple(made.state().entrants)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
