"""Where the pairs of a case go in its drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.gate.verdict.wording import Entry

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 200, 64, 28, 12
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class DrawnPair:
    """One pair: two dots and the line between them.

    Attributes:
        x: Where it is from left to right.
        baseline_y: Where the baseline's dot is.
        candidate_y: Where the candidate's dot is.
        confirms: Whether it is one of the fresh pairs that confirm.
        noisy: Whether the machine was disturbed.
        title: What it says on pointing at it.
    """

    x: float
    baseline_y: float
    candidate_y: float
    confirms: bool
    noisy: bool
    title: str


@dataclass(frozen=True)
class Drawing:
    """The drawing of a case.

    Attributes:
        pairs: The pairs, from left to right as they were measured.
        ticks: Height and label of each line of the scale.
        summary: The same in a sentence, for those who do not see it.
    """

    pairs: list[DrawnPair]
    ticks: list[tuple[float, str]]
    summary: str


def draw(entry: Entry) -> Drawing | None:
    """Return the drawing of a case, None where there is no pair.

    Args:
        entry: A case's entry in the verdict.
    """
    pairs = entry["pairs"]
    if not pairs:
        return None
    values = [pair[arm] for pair in pairs for arm in ("baseline_s", "candidate_s")]
    low, high = float(min(values)), float(max(values))
    margin = (high - low) * 0.08 or high * 0.08
    low, high = max(0.0, low - margin), high + margin
    scale = (HEIGHT - TOP - BOTTOM) / (high - low)

    def y(seconds: float) -> float:
        return round(TOP + (high - seconds) * scale, 1)

    step = (WIDTH - LEFT - 16) / len(pairs)
    drawn = [
        DrawnPair(
            x=round(LEFT + step * (number + 0.5), 1),
            baseline_y=y(pair["baseline_s"]),
            candidate_y=y(pair["candidate_s"]),
            confirms=pair["stage"] == "confirm",
            noisy=pair["noisy"],
            title=_title(number, pair),
        )
        for number, pair in enumerate(pairs)
    ]
    slower = sum(pair["candidate_s"] > pair["baseline_s"] for pair in pairs)
    summary = (
        f"{len(pairs)} pairs of runs, from {min(values):.3g} s to {max(values):.3g} s; "
        f"the candidate took longer in {slower} of them."
    )
    return Drawing(drawn, [(y(tick), f"{tick:g} s") for tick in _ticks(low, high)], summary)


def _title(number: int, pair: dict[str, object]) -> str:
    noisy = ", disturbed" if pair["noisy"] else ""
    return (
        f"Pair {number + 1} ({pair['stage']}, {pair['order']}{noisy}): "
        f"baseline {pair['baseline_s']:.4g} s, candidate {pair['candidate_s']:.4g} s"
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two, three to nine of them."""
    rough = (high - low) / 3
    size = 10.0 ** math.floor(math.log10(rough))
    step = max(size * factor for factor in STEPS if size * factor <= rough)
    first = math.ceil(low / step)
    return [round(step * number, 10) for number in range(first, math.floor(high / step) + 1)]
