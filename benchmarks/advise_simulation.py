"""Asks for advice in worlds whose truth is known: `uv run python -m benchmarks.advise_simulation [WORLDS]`.

Six strategies are measured on a ladder of sizes within a budget, and more rows are asked for. The table says how often
the recommendation was sure, likely, too close or refused, how often a sure or likely one takes over 5 % longer than the
fastest, and how often the intervals hold the truth. The harsh world has twice as many knees as the calibration knows.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from tests.advise import worlds

QUESTIONS = [(reach, budget_s) for reach in (20, 200, 1000, 5000) for budget_s in (600.0, 1200.0)]
WRONG = 0.05  # longer than the fastest, as a share


def main(number: int) -> None:
    """Print the table.

    Args:
        number: Worlds for each question.
    """
    for name, mix in (("usual", worlds.USUAL), ("harsh", worlds.HARSH)):
        total: Counter[str] = Counter()
        random = np.random.default_rng(5)
        for reach, budget_s in QUESTIONS:
            rows = worlds.SMALLEST * reach
            outcomes = [worlds.ask(worlds.world(random, mix), rows, budget_s) for _ in range(number)]
            found = Counter(each.verdict for each in outcomes)
            wrong = Counter(f"{each.verdict} wrong" for each in outcomes if each.regret > WRONG)
            total += found + wrong
            narrow, wide = (
                np.mean([held for each in outcomes for held in inside(each)] or [np.nan])
                for inside in (lambda each: each.inside80, lambda each: each.inside95)
            )
            regret = np.mean([each.regret for each in outcomes if each.verdict != "refused"] or [np.nan])
            print(
                f"{name} {rows:.0e} rows, {budget_s:.0f} s: {dict(found)}, wrong {dict(wrong)}, "
                f"mean regret {regret:.1%}, 80 % holds {narrow:.0%}, 95 % holds {wide:.0%}",
                flush=True,
            )
        print(f"{name}, all: {dict(total)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250)
