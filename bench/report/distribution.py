"""When distribution pays: the sentence, the table and the names of it, the same in every format; pure."""

from __future__ import annotations

from bench.findings.exchange import APART, Payoff, StepPoint
from bench.findings.names import case_name, marked_name
from bench.writing import figures
from bench.writing.clean import shown

HEADINGS = ("network", "case", "operations a byte", "step", "exchange", "speed-up", "efficiency")
WORDS = 2  # of them, which are no figures: the first


def heading(found: Payoff) -> str:
    """Return the dataset, its rows, and the settings that set it apart."""
    group = found.group
    told = "".join(f", {name} {shown(str(value))}" for name, value in group.settings.items() if name not in APART)
    return f"{shown(group.dataset['name'])}, {group.rows:,} rows to train on{told}"


def lines(found: Payoff) -> list[tuple[str, ...]]:
    """Return the lines of the table, of the cases that have a partner with one worker, as `HEADINGS` says."""
    return [
        (
            shown(point.network),
            marked_name(point.case),
            intensity(point),
            figures.seconds(point.seconds),
            exchange_share(point),
            figures.times(point.speedup),
            figures.times(point.efficiency),
        )
        for point in found.points
        if point.efficiency is not None
    ]


def curve_name(point: StepPoint) -> str:
    """Return the name of the line that a case lies on in a picture of efficiency: all but the size of its batches."""
    network = f"{shown(point.network)}: " if point.network else ""
    return f"{network}{shown(point.case.strategy)}, {point.case.workers} workers"


def intensity(point: StepPoint) -> str:
    """Return the operations of a rank for each byte that it sends, with two digits that count."""
    return "" if point.intensity is None else figures.times(point.intensity)


def exchange_share(point: StepPoint) -> str:
    """Return the share of a step in which ranks exchange gradients, of the rank with the least and the most."""
    shares = sorted(rank.exchange_s / (rank.compute_s + rank.exchange_s) for rank in point.ranks)
    ends = dict.fromkeys(figures.share(share) for share in (*shares[:1], *shares[-1:]))
    return " to ".join(ends)


def when_it_pays(found: Payoff) -> str:
    """Return a sentence on whether a step takes less time with more workers, and from how many operations a byte on."""
    if found.disturbed:
        return "Others disturbed some of these trials: they do not say when distribution pays."
    ordered = sorted(found.placed, key=lambda point: point.intensity or 0.0)
    paying = [point for point in ordered if (point.speedup or 0.0) > 1]
    best = max(ordered, key=lambda point: point.speedup or 0.0)
    if paying:
        first = paying[0]
        pays = (
            f"A step takes less time with more workers from {intensity(first)} operations for each byte sent on "
            f"({case_name(first.case)}: speed-up {figures.times(first.speedup)})"
        )
    else:
        pays = (
            "No step takes less time with more workers: the best speed-up is "
            f"{figures.times(best.speedup)} ({case_name(best.case)})"
        )
    few, many = ordered[0], ordered[-1]
    if few is many:
        return f"{pays}; efficiency is {figures.times(few.efficiency)} at {intensity(few)}."
    return (
        f"{pays}; efficiency is {figures.times(few.efficiency)} at {intensity(few)} operations for each byte and "
        f"{figures.times(many.efficiency)} at {intensity(many)}."
    )
