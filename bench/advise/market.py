"""Chooses a strategy and a place to run at by time, by cost or by memory, within a deadline and a price; pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.advise.advice import Advice
from bench.advise.decide import LIKELY, NEGLIGIBLE, SURE, Verdict
from bench.advise.odds import Goal, amount, chances
from bench.advise.offers import SiteOffer, offers
from bench.advise.prospects import SurveyInput
from bench.advise.refusal import Refusal
from bench.advise.sites import ALL_NODES, Site, elsewhere, here, of_list
from bench.prices.bill import Checkpoints
from bench.prices.machine_types import MachineType, PriceList
from bench.records.directory import Run
from bench.writing import figures

DEARER = 1.3  # a price that may turn out to be so much higher


@dataclass(frozen=True)
class MarketQuestion:
    """What is asked of places.

    Attributes:
        goal: What is to be the least.
        prices: The machines that can be had; None for those that were measured alone.
        probes: What was measured elsewhere, by the name of its file.
        deadline_s: Seconds from the order to the end that it may take at most.
        most_cost: What it may cost at most.
        saved: How jobs on spot save what they have done; None where they begin anew.
    """

    goal: Goal = "time"
    prices: PriceList | None = None
    probes: Mapping[str, Sequence[Run]] = field(default_factory=dict)
    deadline_s: float | None = None
    most_cost: float | None = None
    saved: Checkpoints | None = None

    @property
    def asks(self) -> bool:
        """Whether anything is asked that the times on this machine do not answer."""
        limited = self.deadline_s is not None or self.most_cost is not None
        return self.goal != "time" or bool(self.prices) or bool(self.probes) or limited


@dataclass(frozen=True)
class Market:
    """The answer.

    Attributes:
        question: What was asked.
        offers: The offers that keep the limits, from the best to the worst, then the others.
        best: The best offer; None where none keeps the limits.
        verdict: How sure it is; None as above.
        may_be_best: The offers that may be the best: of a sure or likely one itself alone.
        unknown: Contenders without a forecast that may be better for all that is known.
        if_dearer: The offer that would be the best if the best's price were `DEARER` times as high; None if the same.
    """

    question: MarketQuestion
    offers: tuple[SiteOffer, ...]
    best: SiteOffer | None
    verdict: Verdict | None
    may_be_best: tuple[SiteOffer, ...]
    unknown: tuple[str, ...]
    if_dearer: SiteOffer | None = None

    def warning(self, today: datetime.date) -> str:
        """Return a sentence where prices are old; else nothing."""
        return self.question.prices.age_warning(today) if self.question.prices else ""


def trade(advice: Advice, question: MarketQuestion) -> Market:
    """Return the best offer.

    Args:
        advice: What is known of this machine; its runs are not refused.
        question: What is asked.
    """
    found = _choose(advice, question, _sites(advice, question))
    if found.best is None or found.best.site.machine is None:
        return found
    other = _choose(advice, question, _sites(advice, question, found.best.site.machine))
    changed = other.best is not None and _key(other.best) != _key(found.best)
    return replace(found, if_dearer=other.best if changed else None)


def _key(offer: SiteOffer) -> tuple[str, str, int, bool]:
    return offer.prospect.contender.name, offer.site.name, offer.site.nodes, offer.spot


def _sites(advice: Advice, question: MarketQuestion, dearer: MachineType | None = None) -> list[Site]:
    runs = advice.runs
    if question.prices is None:
        return [here(runs), *(elsewhere(name, probe, runs) for name, probe in question.probes.items())]
    listed = {machine.probe for machine in question.prices.machines}
    machines = [_dearer(each) if each is dearer else each for each in question.prices.machines]
    found = [site for machine in machines for site in of_list(machine, runs, question.probes)]
    return [*found, *(elsewhere(name, probe, runs) for name, probe in question.probes.items() if name not in listed)]


def _dearer(machine: MachineType) -> MachineType:
    spot = machine.spot and replace(machine.spot, hour=DEARER * machine.spot.hour)
    return replace(machine, hour=DEARER * machine.hour, spot=spot)


def _on_nodes(advice: Advice, sites: Sequence[Site]) -> SurveyInput:
    """Return what was measured, with the numbers of workers that the nodes of a cluster's places stand for."""
    asked = {site.nodes for site in sites if site.node_cores and site.nodes != ALL_NODES and not site.probe}
    return replace(advice.data, counts=tuple(sorted({*advice.data.counts, *asked})))


def _choose(advice: Advice, question: MarketQuestion, sites: Sequence[Site]) -> Market:
    measured = advice.runs, advice.question.memory_share, advice.rooms
    found = offers(_on_nodes(advice, sites), sites, *measured, question.saved)
    every = [_limited(each, question) for each in found]
    kept = [each for each in every if each.refusal is None]
    refused = [each for each in every if each.refusal]
    if not kept:
        return Market(question, tuple(refused), None, None, (), ())
    unknown = _unknown(advice, kept)
    kept.sort(key=lambda each: (amount(each, question.goal), each.total.estimate if each.total else 0.0))
    odds = chances(kept, question.goal)
    kept = [replace(each, chance=chance) for each, chance in zip(kept, odds.tolist(), strict=True)]
    best, *others = kept
    verdict: Verdict = "tie"
    if not unknown and odds[0] >= LIKELY:
        verdict = "sure" if odds[0] >= SURE and _again(kept, question.goal) else "likely"
    rivals = [each for each in others if (each.chance or 0.0) >= NEGLIGIBLE] if verdict == "tie" else []
    return Market(question, (*kept, *refused), best, verdict, (best, *rivals), tuple(unknown))


def _limited(offer: SiteOffer, question: MarketQuestion) -> SiteOffer:
    """Return an offer, refused where the upper end of its 80 % interval does not keep a limit."""
    if offer.refusal or offer.total is None:
        return offer
    deadline, most = question.deadline_s, question.most_cost
    refusal = None
    if deadline is not None and offer.total.high80 > deadline:
        reason = f"it may take {figures.seconds(offer.total.high80)}, and the deadline is {figures.seconds(deadline)}"
        refusal = Refusal("deadline", reason, f"allow it by --deadline {_up(offer.total.high80)}s")
    elif most is not None and offer.cost is None:
        refusal = Refusal("cost", "it has no price", "name its machine in the file of --machines")
    elif most is not None and offer.cost and offer.cost.high80 > most:
        reason = f"it may cost {figures.digits(offer.cost.high80, 2)}, and {figures.digits(most, 2)} is the most"
        refusal = Refusal("cost", reason, f"allow it by --max-cost {1.01 * offer.cost.high80:.4g}")
    elif question.goal == "cost" and offer.cost is None:
        refusal = Refusal("cost", "it has no price", "name its machine in the file of --machines")
    return replace(offer, refusal=refusal)


def _up(seconds: float) -> int:
    """Return whole seconds, two digits of which count, not less than these."""
    unit = 10 ** max(0, len(str(int(seconds))) - 2)
    return int(-(-seconds // unit) * unit)


def _unknown(advice: Advice, kept: Sequence[SiteOffer]) -> list[str]:
    """Return contenders without a forecast that may be the fastest at one of the places."""
    rooms = {each.site.rooms(advice.question.memory_share, advice.rooms) for each in kept}
    fields = [advice.data.field(each) for each in rooms]
    known = {each.prospect.contender.name for each in kept}
    names = {name for found in fields if found.decision for name in found.decision.may_be_best}
    refused = {each.contender.name for found in fields for each in found.prospects if each.refusal}
    return sorted((names & {*refused, *advice.data.unmeasured}) - known)


def _again(kept: Sequence[SiteOffer], goal: Goal) -> bool:
    """Return whether the first offer is as surely the best by all sizes but the largest."""
    if not all(each.prospect.before for each in kept if (each.chance or 0.0) >= NEGLIGIBLE or each is kept[0]):
        return False
    return bool(chances([each for each in kept if each.prospect.before], goal, again=True)[0] >= SURE)
