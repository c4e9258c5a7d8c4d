"""Strategies whose true times are known: how they grow, and what a run measures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.advise.decide import FARTHEST, NEGLIGIBLE, chances, decide
from bench.advise.fit import SizePoint
from bench.advise.forecast import Forecast, forecaster
from bench.scaling import Scale

FEATURES = 28
SMALLEST = 5e4
LADDER = SMALLEST * 2.0 ** np.arange(11)
# How the cost of a row grows: not at all, by n log n, around a knee, falling until a device is full, by chance.
KINDS = ("linear", "nlogn", "knee", "underused", "iterations")
USUAL, HARSH = (0.30, 0.10, 0.35, 0.10, 0.15), (0.10, 0.05, 0.70, 0.05, 0.10)


def scale(rows: float) -> Scale:
    """The scale of so many rows."""
    return Scale(float(rows), FEATURES)


@dataclass
class TrueStrategy:
    """A strategy whose time is known at every size.

    Attributes:
        random: Where its chance comes from.
        setup_s: Seconds that do not grow.
        row_s: Seconds of a row among a million.
        kind: One of `KINDS`.
        knee: Rows around which a row gets dearer.
        rise: By how much it does, as a share.
        filled: Rows that fill the device.
        power: How fast an unfilled one gets cheaper.
        noise: Standard deviation of a measurement, in logarithms.
    """

    random: np.random.Generator
    setup_s: float
    row_s: float
    kind: str
    knee: float
    rise: float
    filled: float
    power: float
    noise: float

    def __post_init__(self) -> None:
        self._luck: dict[float, float] = {}

    def time(self, rows: float) -> float:
        """Its true median time, in seconds."""
        cost = 1.0
        if self.kind == "nlogn":
            cost = np.log2(rows) / np.log2(1e6)
        elif self.kind == "knee":
            cost = 1 + self.rise / (1 + (self.knee / rows) ** 1.5)
        elif self.kind == "underused":
            cost = (1 + self.filled / rows) ** self.power
        elif self.kind == "iterations":
            cost = self._luck.setdefault(rows, float(np.exp(self.random.normal(0, 0.12))))
        return self.setup_s + self.row_s * rows * cost

    def measure(self, rows: float, repeats: int = 1) -> float:
        """The median of some noisy measurements, one in twenty of which is far too long."""
        seen = np.exp(self.random.normal(0, self.noise, repeats))
        late = (self.random.random(repeats) < 0.05) * self.random.exponential(3 * self.noise, repeats)
        return float(np.median(self.time(rows) * seen * (1 + late)))

    def points(self, sizes: Sequence[float], repeats: int = 1) -> list[SizePoint]:
        """What a run measures of it."""
        return [SizePoint(scale(rows), self.measure(rows, repeats), {}) for rows in sizes]


def strategy(random: np.random.Generator, mix: Sequence[float], noise: float, spark: bool) -> TrueStrategy:
    """Draw a strategy; one on Spark starts slowly."""
    start, spread = (6.0, 0.5) if spark else (0.5, 0.7)
    return TrueStrategy(
        random,
        setup_s=random.lognormal(np.log(start), spread),
        row_s=random.lognormal(np.log(8e-6), 1.0) * (1.2 if spark else 1),
        kind=str(random.choice(KINDS, p=mix)),
        knee=SMALLEST * 2.0 ** random.uniform(-1, 12),
        rise=random.uniform(0.1, 1.5),
        filled=SMALLEST * 2.0 ** random.uniform(-1, 4),
        power=random.uniform(0.3, 1),
        noise=noise,
    )


def world(random: np.random.Generator, mix: Sequence[float] = USUAL, number: int = 6) -> list[TrueStrategy]:
    """Draw strategies on one machine, half of them on Spark."""
    noise = float(random.choice([0.02, 0.05, 0.1]))
    return [strategy(random, mix, noise, spark=place >= number // 2) for place in range(number)]


def lone(random: np.random.Generator, mix: Sequence[float] = USUAL) -> TrueStrategy:
    """Draw a strategy of which 3 to 90 % are fixed at the largest of five sizes."""
    found = strategy(random, mix, float(random.choice([0.02, 0.05, 0.1])), spark=False)
    work = found.time(LADDER[4]) - found.setup_s
    share = random.beta(0.8, 1.6) * 0.87 + 0.03
    found.setup_s = work * share / (1 - share)
    return found


@dataclass(frozen=True)
class Outcome:
    """What was said of a world, and what is true.

    Attributes:
        verdict: Of the decision; ``refused`` where the size asked for lies beyond the reach.
        regret: By how much the recommended takes longer than the fastest, as a share.
        inside80: Whether each forecast within reach holds the truth in its narrow interval.
        inside95: The same of the wide interval.
    """

    verdict: str
    regret: float
    inside80: tuple[bool, ...]
    inside95: tuple[bool, ...]


def ask(strategies: Sequence[TrueStrategy], rows: float, budget_s: float) -> Outcome:
    """Measure a ladder of sizes within a budget, and ask for more rows."""
    points: list[list[SizePoint]] = [[] for _ in strategies]
    spent = 0.0
    for size in LADDER:
        took = [each.measure(size) for each in strategies]
        spent += sum(took) + 6.5 * len(strategies)  # imports, Spark and scoring are paid for, and not judged
        if spent > budget_s or size >= rows:
            break
        for held, seconds in zip(points, took, strict=True):
            held.append(SizePoint(scale(size), seconds, {}))
    forecasts = forecast_all(points, rows)
    truth = [each.time(rows) for each in strategies]
    near = [(each, seconds) for each, seconds in zip(forecasts.values(), truth, strict=True) if each.reach <= 64]
    inside80 = tuple(each.low80 <= seconds <= each.high80 for each, seconds in near)
    inside95 = tuple(each.low95 <= seconds <= each.high95 for each, seconds in near)
    known = chances(forecasts)
    if any(each.reach > FARTHEST and known[name] >= NEGLIGIBLE for name, each in forecasts.items()):
        return Outcome("refused", 0.0, inside80, inside95)
    shorter = [held[:-1] for held in points]
    decision = decide(forecasts, forecast_all(shorter, rows) if len(shorter[0]) > 2 else {})
    regret = truth[int(decision.best)] / min(truth) - 1
    return Outcome(decision.verdict, regret, inside80, inside95)


def forecast_all(points: Sequence[Sequence[SizePoint]], rows: float) -> dict[str, Forecast]:
    """Forecast every strategy of a world."""
    return {str(place): forecaster(held).at(rows) for place, held in enumerate(points)}
