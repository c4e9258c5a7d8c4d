"""The chance of each offer to be the best by a goal; pure.

Two strategies on one machine share no error, and one strategy on two machines shares that of its law: the draws of each
law are used for all places. What a place adds, by its probe or its interruptions, is drawn for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from bench.advise.decide import SEED
from bench.advise.fit import Floats
from bench.advise.offers import SiteOffer, shocks
from bench.prices import bill

Goal = Literal["time", "cost", "memory"]


def amount(offer: SiteOffer, goal: Goal) -> float:
    """Return what is to be the least: seconds from the order to the end, a price, or bytes.

    Args:
        offer: An offer with a time, and for a goal of cost with a price.
        goal: The goal.
    """
    assert offer.total  # noqa: S101 - it has a time
    if goal == "cost" and offer.cost:
        return offer.cost.estimate
    if goal == "memory" and offer.prospect.memory:
        return offer.prospect.memory.estimate
    return offer.total.estimate


def chances(kept: Sequence[SiteOffer], goal: Goal, *, again: bool = False) -> Floats:
    """Return the chance of each offer to be the best; the first of those that are equally good counts.

    Args:
        kept: Offers with a time, and for a goal of cost with a price.
        goal: What is to be the least.
        again: Whether times count that were forecast without the largest size, which all then have.
    """
    draws = np.random.default_rng(SEED)
    laws = {each.prospect.contender.name: shocks(draws) for each in kept}
    places = {(each.prospect.contender.name, each.site.name): shocks(draws) for each in kept}
    rows = []
    for each in kept:
        name, time = each.prospect.contender.name, each.time
        own = each.prospect.before if again else each.prospect.time
        assert time  # noqa: S101 - see above
        assert own  # noqa: S101 - see above
        if goal == "memory" and each.prospect.memory:
            rows.append(each.prospect.memory.estimate * np.exp(laws[name] * each.prospect.memory.half95))
            continue
        off = laws[name] * own.half95 + places[name, each.site.name] * time.ratio95
        work = own.estimate * time.ratio * np.exp(off)
        calm = np.minimum(work, time.forecast.high95)  # farther out a job may hardly ever end
        total = each.wait_s + work - calm + bill.drawn_s(calm, each.rate, each.wait_s, draws, each.saved)
        rows.append(np.array([each.price(seconds) for seconds in total]) if goal == "cost" else total)
    best = np.argmin(np.stack(rows), axis=0)
    found: Floats = np.bincount(best, minlength=len(kept)) / len(best)
    return found
