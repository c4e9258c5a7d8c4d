"""The words of the trend, which text, Markdown and HTML share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.stats.steps import RECENT
from bench.trend.series import Change, Point, Series

SHORT = 12  # digits of a commit
BARS = "▁▂▃▄▅▆▇█"
BARS_SHOWN = 30  # nights


def headline(found: Sequence[Series]) -> str:
    """Return one sentence that names the cases that became slower lately, or says that there is none."""
    alarmed = [series.case for series in found if series.alarms]
    if not alarmed:
        return f"No case became slower within the last {RECENT} nights."
    return f"Slower within the last {RECENT} nights: {', '.join(alarmed)}."


def change(series: Series, found: Change) -> str:
    """Return a step in one sentence, with the commits on both sides of it."""
    much = f"{_percent(found)} {'longer' if found.step.slower else 'less'}"
    where = f"it came after {_commit(found.before)} and no later than {_commit(found.after)}"
    return f"{series.case}: {much} from {found.after.day} on; {where} (p = {found.step.p:.0e})."


def now(series: Series) -> str:
    """Return the time of a case since its last step, as a ratio to the reference or in seconds."""
    last = series.levels[-1].log
    if series.reference is None:
        return f"{math.exp(last):.4g} s"
    return f"{math.expm1(last):+.1%}".replace("%", " %")


def nights(series: Series) -> str:
    """Return the number of nights of a series, and of those that it leaves out."""
    return f"{len(series.points)}" + (f" (+{series.left_out} not comparable)" if series.left_out else "")


def bars(series: Series) -> str:
    """Return the last nights with a character each, the higher the slower."""
    logs = [point.log for point in series.points[-BARS_SHOWN:]]
    low, spread = min(logs), max(max(logs) - min(logs), 0.03)
    return "".join(BARS[min(len(BARS) - 1, int((log - low) / spread * len(BARS)))] for log in logs)


def short(commit: str | None) -> str:
    """Return the first 12 digits of a commit."""
    return commit[:SHORT] if commit else "an unknown commit"


def _commit(point: Point) -> str:
    return f"{short(point.commit)} ({point.day})"


def _percent(found: Change) -> str:
    ratio = found.step.ratio
    return f"{abs(ratio - 1):.1%}".replace("%", " %")
