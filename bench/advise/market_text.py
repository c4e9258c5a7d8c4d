"""Writes what is known of places and costs for a terminal; pure."""

from __future__ import annotations

import datetime

from rich.console import Console
from rich.table import Table

from bench.advise.advice import Advice
from bench.advise.caveats import errors
from bench.advise.market import Market
from bench.advise.offers import Expectation, SiteOffer
from bench.advise.sites import Site
from bench.advise.text import duration, grades, print_advice, rows_and_features
from bench.writing import figures
from bench.writing.clean import REASON_LIMIT, shown
from bench.writing.tables import print_whole

BEST = {"time": "the fastest", "cost": "the cheapest", "memory": "the one that needs the least memory"}


def print_answer(advice: Advice, market: Market | None, today: datetime.date, console: Console) -> None:
    """Print the answer: of places where they were asked for, else of the machine at hand.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places; None where nobody asked.
        today: The day, for the age of prices.
        console: Where to print.
    """
    if market is None:
        print_advice(advice, console)
        return
    for line in (*answer(advice, market, today), *grades(advice)):
        console.print(line, soft_wrap=True, markup=False)
    if market.best:
        console.print()
        print_whole(table(market), console)
    for line in (*refused(market), *errors(advice)):
        console.print(line, soft_wrap=True, markup=False)


def answer(advice: Advice, market: Market, today: datetime.date) -> list[str]:
    """Return the answer in sentences: the offer, how sure it is, the second, and what prices have to do with it.

    Args:
        advice: What is known of the machine at hand.
        market: What is known of places.
        today: The day, for the age of prices.
    """
    asked = f"For {rows_and_features(advice)}"
    limits = _limits(market)
    if market.best is None:
        limited = any(each.refusal and each.refusal.code in ("deadline", "cost") for each in market.offers)
        why = "nothing that is known keeps that" if limited else "nothing can be said of any strategy on any machine"
        return [f"{asked}{limits}: no answer, since {why}."]
    best, goal = market.best, BEST[market.question.goal]
    if market.verdict == "tie":
        names = [name(each) for each in market.may_be_best] + [shown(each) for each in market.unknown]
        lines = [f"{asked}{limits}: too close to call. {goal.capitalize()} may be {figures.names(names)}."]
    else:
        chance = f"a chance of {best.chance:.2f} to be {goal}"
        looks = " on the last two sizes" if market.verdict == "sure" else ""
        lines = [f"{asked}{limits}: {name(best)}, forecast {told(best, market)}."]
        lines.append(f"{(market.verdict or '').capitalize()}: {chance}{looks}.")
        if others := [each for each in market.offers[1:] if not each.refusal]:
            lines.append(f"Second: {name(others[0])}, {told(others[0], market)}.")
    if market.if_dearer:
        lines.append(f"If {shown(best.site.name)} cost 30 % more, {name(market.if_dearer)} would be the better one.")
    if saved := market.question.saved:
        written = f", each written in {duration(saved.write_s)}" if saved.write_s else ""
        lines.append(
            f"Spot is reckoned with a checkpoint every {duration(saved.every_s)} of work{written}: "
            "see that the job writes and reads them, which `bench` does not."
        )
    warning = market.warning(today)
    return [*lines, warning] if warning else lines


def _limits(market: Market) -> str:
    question = market.question
    found = [f"done in {duration(question.deadline_s)}"] if question.deadline_s is not None else []
    if question.most_cost is not None:
        found.append(f"for {money(question.most_cost, market)} at most")
    return f", {' '.join(found)}" if found else ""


def name(offer: SiteOffer) -> str:
    """Return the name of an offer: strategy, machines, and their terms."""
    return f"{shown(offer.prospect.contender.name)} on {place(offer.site)}{' (spot)' if offer.spot else ''}"


def place(site: Site) -> str:
    """Return the name of a place, with the number of machines where these are several."""
    return f"{f'{site.nodes} ' if site.nodes > 1 else ''}{shown(site.name)}"


def told(offer: SiteOffer, market: Market) -> str:
    """Return the time and the cost of an offer, each with its 80 % interval."""
    assert offer.total  # noqa: S101 - asked of offers with a time only
    parts = [f"{duration(offer.total.estimate)} ({interval(offer.total)})"]
    if offer.cost:
        ends = f"80 %: {money(offer.cost.low80)} to {money(offer.cost.high80)}"
        parts.append(f"{money(offer.cost.estimate, market)} ({ends})")
    return ", ".join(parts)


def interval(total: Expectation) -> str:
    """Return the 80 % interval of a time."""
    return f"80 %: {duration(total.low80)} to {duration(total.high80)}"


def money(amount: float, market: Market | None = None) -> str:
    """Return an amount of money with two digits that count, and the currency of a market if one is given."""
    prices = market.question.prices if market else None
    return f"{figures.digits(amount, 2)}{f' {shown(prices.currency)}' if prices else ''}"


def table(market: Market) -> Table:
    """Return the offers that keep the limits."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS[:3]:
        found.add_column(heading)
    for heading in HEADINGS[3:]:
        found.add_column(heading, justify="right", no_wrap=True)
    for cells in rows(market):
        found.add_row(*cells)
    return found


HEADINGS = ("strategy", "machine", "terms", "forecast", "80 %", "cost", "80 %", "memory", "of", "chance")


def rows(market: Market) -> list[tuple[str, ...]]:
    """Return the cells of the offers that keep the limits, under `HEADINGS`."""
    return [
        (
            shown(each.prospect.contender.name),
            place(each.site),
            "spot" if each.spot else "on demand" if each.cost else "",
            duration(each.total.estimate),
            f"{duration(each.total.low80)} - {duration(each.total.high80)}",
            money(each.cost.estimate, market) if each.cost else "",
            f"{money(each.cost.low80)} - {money(each.cost.high80)}" if each.cost else "",
            figures.size(each.prospect.memory.estimate if each.prospect.memory else None),
            figures.size(each.site.memory_bytes),
            f"{each.chance:.2f}",
        )
        for each in market.offers
        if not each.refusal and each.total
    ]


def refused(market: Market) -> list[str]:
    """Return why nothing is said of others, one sentence for all strategies of a place of which nothing is known."""
    lines: dict[str, None] = {}
    for each in market.offers:
        if each.refusal:
            who = place(each.site) if each.site.refusal else name(each)
            reason, change = shown(each.refusal.reason, REASON_LIMIT), shown(each.refusal.next, REASON_LIMIT)
            lines[f"Refused: {who}: {each.refusal.code}: {reason}. To change that: {change}."] = None
    return list(lines)
