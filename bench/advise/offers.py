"""What each contender takes and costs at each place, on demand and on spot, with intervals; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from bench.advise.decide import DRAWS, FREEDOM, SEED
from bench.advise.fit import Floats
from bench.advise.forecast import Forecast
from bench.advise.hosts import Rooms
from bench.advise.prospects import Prospect, SurveyInput
from bench.advise.refusal import Refusal
from bench.advise.site_times import SiteTime, time_at
from bench.advise.sites import Site, nodes_of
from bench.prices import bill
from bench.prices.bill import Checkpoints
from bench.records.directory import Run
from bench.writing import figures

PLACES = (0.025, 0.1, 0.5, 0.9, 0.975)  # of the ends of both intervals, and of the estimate, among all draws


@dataclass(frozen=True)
class Expectation:
    """An expected amount, with the ends of the intervals that hold it in 80 and in 95 of 100 cases."""

    estimate: float
    low80: float
    high80: float
    low95: float
    high95: float

    @classmethod
    def of(cls, forecast: Forecast, change: Callable[[float], float]) -> Expectation:
        """Return what grows with a forecast.

        Args:
            forecast: The forecast.
            change: From a value of it to the amount; it never falls.
        """
        ends = forecast.estimate, forecast.low80, forecast.high80, forecast.low95, forecast.high95
        return cls(*map(change, ends))


@dataclass(frozen=True)
class SiteOffer:
    """A contender at a place, on one kind of terms.

    Attributes:
        prospect: What is known of the contender, with the memory of the place.
        site: The place.
        spot: Whether the machines may be taken back.
        time: What its task takes there; None where nothing is said.
        total: Seconds from the order to the end: machine, process and set-up included; None as above.
        cost: What it costs; None as above, and where there is no price.
        chance: The chance to be the best of those that keep the limits; None for others.
        refusal: Why nothing is said of it, or which limit it does not keep.
        saved: How the job saves what it has done, on spot; None where it does not.
    """

    prospect: Prospect
    site: Site
    spot: bool
    time: SiteTime | None = None
    total: Expectation | None = None
    cost: Expectation | None = None
    chance: float | None = None
    refusal: Refusal | None = None
    saved: Checkpoints | None = None

    @property
    def wait_s(self) -> float:
        """Seconds from the order to the work."""
        assert self.time  # noqa: S101 - asked of offers with a time only
        return self.time.start_s + (self.site.machine.start_s if self.site.machine else 0.0)

    @property
    def rate(self) -> float:
        """Interruptions of the job in a second."""
        if not self.spot or self.site.machine is None:
            return 0.0
        return bill.interruptions(self.site.machine, self.site.nodes, 1.0)

    def price(self, seconds: float) -> float | None:
        """Return what it costs if all of it takes so many seconds; None where there is no price."""
        if self.site.machine is None:
            return None
        return bill.price(self.site.machine, self.site.nodes, seconds, spot=self.spot)


def offers(
    data: SurveyInput,
    sites: Sequence[Site],
    runs: Sequence[Run],
    share: float,
    measured: Rooms,
    saved: Checkpoints | None = None,
) -> list[SiteOffer]:
    """Return what each contender takes and costs at each place; of those without a forecast there is no spot.

    Args:
        data: What was measured, and what is asked.
        sites: The places.
        runs: What was measured here.
        share: Of a machine's memory that a trial may use.
        measured: Bytes of memory that a trial may use here.
        saved: How jobs save what they have done; None where they do not.
    """
    found = []
    for site in sites:
        prospects = sorted(data.field(site.rooms(share, measured)).prospects, key=lambda each: each.contender.name)
        taken = [each for each in prospects if site.takes(each.contender)]
        if not taken:
            counts = figures.names(sorted({str(nodes_of(each.contender, site.node_cores or 1)) for each in prospects}))
            reason = f"no strategy has {site.nodes} nodes there, of those with {counts}"
            refusal = Refusal("few", reason, "measure strategies that workers share, with three numbers of --workers")
            found += [SiteOffer(each, site, spot=False, refusal=refusal) for each in prospects]
        for prospect in taken:
            first = _offer(prospect, site, runs, spot=False)
            found.append(first)
            if first.time and site.machine and site.machine.spot:
                found.append(_offer(prospect, site, runs, saved, spot=True))
    return found


def _offer(
    prospect: Prospect, site: Site, runs: Sequence[Run], saved: Checkpoints | None = None, *, spot: bool
) -> SiteOffer:
    """Return one offer: why the place is out comes before why the contender is."""
    refusal = site.refusal or prospect.refusal
    if refusal or prospect.time is None:
        return SiteOffer(prospect, site, spot, refusal=refusal)
    time = time_at(site, prospect.contender, prospect.time, runs)
    if isinstance(time, Refusal):
        return SiteOffer(prospect, site, spot, refusal=time)
    bare = SiteOffer(prospect, site, spot, time, saved=saved)
    forecast = time.forecast
    at_risk_s = bill.longest_s(forecast.high95, saved)
    if bare.rate * at_risk_s > bill.MOST_INTERRUPTIONS:
        until = "between two checkpoints" if saved and at_risk_s < forecast.high95 else "while it works once"
        often = f"it may be interrupted {figures.digits(bare.rate * at_risk_s, 2)} times {until}"
        more = "take it on demand, fewer nodes, or a shorter --checkpoint-every"
        return SiteOffer(prospect, site, spot, refusal=Refusal("spot", f"{often}, and begins anew each time", more))
    total = _spot_total(bare) if spot else Expectation.of(forecast, lambda seconds: seconds + bare.wait_s)
    cost = None
    if site.machine:
        cost = Expectation(*(bare.price(seconds) or 0.0 for seconds in vars(total).values()))
    return SiteOffer(prospect, site, spot, time, total, cost, saved=saved)


def _spot_total(offer: SiteOffer) -> Expectation:
    """Return the seconds on spot: its interruptions are drawn beside the time of the work."""
    assert offer.time  # noqa: S101 - the caller has one
    draws = np.random.default_rng(SEED)
    forecast = offer.time.forecast
    ends = [forecast.low95, forecast.low80, forecast.estimate, forecast.high80, forecast.high95]
    works = np.exp(np.interp(draws.random(DRAWS), PLACES, np.log(ends)))
    expected = np.array([bill.expected_s(each, offer.rate, offer.wait_s, offer.saved) for each in works])
    taken = offer.wait_s + bill.drawn_s(works, offer.rate, offer.wait_s, draws, offer.saved)
    estimate = offer.wait_s + forecast.estimate + float((expected - works).mean())
    low95, low80, _, high80, high95 = (float(np.quantile(taken, place)) for place in PLACES)
    return Expectation(estimate, min(low80, estimate), max(high80, estimate), low95, max(high95, estimate))


def shocks(draws: np.random.Generator) -> Floats:
    """Return draws of how far an amount is off, in multiples of half the width of its wide interval."""
    found: Floats = draws.standard_t(FREEDOM, DRAWS) / student.ppf(0.975, FREEDOM)
    return found
