"""Cost against time: each offer with its intervals, and those that nothing beats in both."""

from __future__ import annotations

from collections.abc import Sequence

from bench.advise.market import Market
from bench.advise.market_text import name, told
from bench.advise.offers import SiteOffer
from bench.writing import palette, spots
from bench.writing.chart import MOST_LABELS, MOST_POINTS, NARROW, Spec, chart
from bench.writing.clean import label
from bench.writing.layers import front_line


def front(offers: Sequence[SiteOffer]) -> list[SiteOffer]:
    """Return the offers that no other beats in cost or in time without losing in the other, the fastest first.

    Args:
        offers: Offers with a time and a cost.
    """
    found: list[SiteOffer] = []
    for each in sorted(offers, key=lambda offer: (_time(offer), _cost(offer))):
        if not found or _cost(each) < _cost(found[-1]):
            found.append(each)
    return found


def costs(market: Market, width: int) -> Spec | None:
    """Return cost against time; None where nothing has a price.

    Args:
        market: The offers.
        width: `WIDE`, `MIDDLE` or `NARROW`.
    """
    offers = [each for each in market.offers if each.total and each.cost][:MOST_POINTS]
    if not offers:
        return None
    best = front([each for each in offers if not each.refusal])
    drawn = best + [each for each in offers if each not in best]
    height = 360 if width == NARROW else 420
    wide = min(width, 1000)
    inner = (wide - 90, height - 70)
    limits = market.question.deadline_s, market.question.most_cost
    times = [end for each in drawn if each.total for end in (each.total.low80, each.total.high80)]
    prices = [end for each in drawn if each.cost for end in (each.cost.low80, each.cost.high80)]
    x_domain, x_pixels = spots.log_scale(
        [*map(_time, drawn), *times, *([limits[0]] if limits[0] is not None else [])], inner[0]
    )
    y_domain, y_pixels = spots.log_scale(
        [*map(_cost, drawn), *prices, *([limits[1]] if limits[1] is not None else [])], inner[1]
    )
    pixels = [(x, inner[1] - y) for x, y in zip(x_pixels, y_pixels, strict=False)][: len(drawn)]
    values = [_value(each, each in best, market) for each in drawn]
    ends = x_pixels[len(drawn) :]
    bars = [(ends[2 * number], ends[2 * number + 1], y) for number, (_, y) in enumerate(pixels)]
    named = len(best) if width == NARROW else MOST_LABELS
    placed = spots.place([value["label"] for value in values[:named]], pixels[:named], *inner, bars)
    layers: list[Spec] = [
        front_line([value for value in values if value["front"]]),
        _bars(values, "x", "time"),
        _bars(values, "y", "price"),
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 100, "opacity": 1},
            "encoding": {
                "color": {"condition": {"test": "datum.front", "value": palette.line(0)}, "value": palette.SOFT},
                "shape": {"condition": {"test": "datum.spot", "value": "diamond"}, "value": "circle"},
                "description": {"field": "told"},
            },
        },
    ]
    layers += [spots.text(value, spot) for value, spot in zip(values, placed, strict=False) if spot]
    layers += [
        _limit(at, axis, meaning)
        for at, axis, meaning in zip(limits, "xy", ("the deadline", "the most that it may cost"), strict=True)
        if at
    ]
    currency = label(market.question.prices.currency) if market.question.prices else ""
    title = "seconds from the order to the end"
    axes = {
        "x": _axis("time", title if width == NARROW else f"{title}, logarithmic: further left is faster", x_domain),
        "y": _axis("price", f"cost, {currency}", y_domain),
    }
    return chart(wide, height, f"Cost against time of {len(drawn)} offers", layers, encoding=axes)


def _axis(field: str, title: str, domain: tuple[float, float]) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "log", "domain": list(domain), "nice": False},
        "axis": {"title": title, "tickCount": 5, "labelOverlap": "greedy", "format": "~g"},
    }


def _value(offer: SiteOffer, on_front: bool, market: Market) -> Spec:
    assert offer.total  # noqa: S101 - those drawn have both
    assert offer.cost  # noqa: S101 - as above
    limit = f"; {offer.refusal.reason}" if offer.refusal else ""
    return {
        "time": offer.total.estimate,
        "time_low": offer.total.low80,
        "time_high": offer.total.high80,
        "price": offer.cost.estimate,
        "price_low": offer.cost.low80,
        "price_high": offer.cost.high80,
        "front": on_front,
        "spot": offer.spot,
        "label": label(name(offer)),
        "told": f"{name(offer)}: {told(offer, market)}{limit}",
    }


def _bars(values: list[Spec], axis: str, field: str) -> Spec:
    ends = {axis: {"field": f"{field}_low", "type": "quantitative"}, f"{axis}2": {"field": f"{field}_high"}}
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "color": palette.SOFT, "strokeWidth": 1.5, "opacity": 0.6, "aria": False},
        "encoding": ends,
    }


def _limit(at: float, axis: str, meaning: str) -> Spec:
    field, other = ("time", "y") if axis == "x" else ("price", "x")
    return {
        "data": {"values": [{field: at, "told": meaning}]},
        "mark": {"type": "rule", "color": palette.BAD, "strokeDash": [2, 4], "strokeWidth": 1.5},
        "encoding": {axis: {"field": field, "type": "quantitative"}, other: None, "description": {"field": "told"}},
    }


def _time(offer: SiteOffer) -> float:
    return offer.total.estimate if offer.total else 0.0


def _cost(offer: SiteOffer) -> float:
    return offer.cost.estimate if offer.cost else 0.0
