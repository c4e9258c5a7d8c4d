"""Shows a comparison of two runs: as text, Markdown or JSON."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.findings.cases import Case, cost
from bench.findings.compare import ComparedCase, Comparison
from bench.findings.grades import grades
from bench.findings.names import batches
from bench.problems import Metric, metrics_of
from bench.records.costs import COST, currency
from bench.writing import figures, markdown
from bench.writing.clean import REASON_LIMIT, shown
from bench.writing.tables import print_whole

HEADINGS = ("case", "verdict", "A, s", "B, s", "B/A", "95 % interval", "repeats")
APART = (
    "They were measured one after the other: on a shared machine that alone makes differences of 10 % and more. "
    "`bench gate` measures both in turn."
)
_COSTS = ["cost of A", "cost of B"]  # of a trial
WITH_REASONS = ("worse", "new", "broken", "skipped")
FEW = "Fewer than 4 repeats of each have no interval: `bench run --repeat 5` and more."


def as_text(found: Comparison, columns: int | None = None) -> str:
    """Return a comparison as text.

    Args:
        found: The comparison.
        columns: Columns of the terminal, out of `bench.writing.tables.columns_of`.
    """
    table = Table(box=None, pad_edge=False)
    for heading in _headings(found):
        table.add_column(heading, justify="left" if heading in ("case", "verdict") else "right")
    for row in _rows(found):
        table.add_row(*map(escape, row))
    out = io.StringIO()
    console = Console(file=out, highlight=False, width=100)
    for line in _before(found):
        console.print(escape(line), soft_wrap=True)
    if found.compared:
        print_whole(table, console, columns)
    for line in _after(found):
        console.print(escape(line), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def as_markdown(found: Comparison) -> str:
    """Return a comparison as Markdown."""
    lines = [f"> **{markdown.escape(line)}**\n" for line in _before(found)]
    if found.compared:
        lines += [
            f"| {' | '.join(_headings(found))} |",
            "|---|---|---:|---:|---:|---|---:|" + "---:|" * 2 * _priced(found) + "---|" * len(_metrics(found)),
        ]
        lines += [f"| {' | '.join(map(markdown.escape, row))} |" for row in _rows(found)]
    return "\n".join([*lines, "", *(f"{markdown.escape(line)}\n" for line in _after(found))])


def as_document(found: Comparison) -> dict[str, Any]:
    """Return a comparison for JSON."""
    return {
        "cases": [
            {
                **_described(compared.a),
                "verdict": compared.verdict,
                "disturbed": compared.disturbed,
                "ratio": compared.ratio and asdict(compared.ratio),
                "quality": {"a": grades(compared.a.ok), "b": grades(compared.b.ok)},
                "worse": list(compared.worse),
                **(
                    {"cost": {"a": compared.a.median(COST, "total"), "b": compared.b.median(COST, "total")}}
                    if _priced(found)
                    else {}
                ),
            }
            for compared in found.compared
        ],
        "only_a": [_described(case) for case in found.only_a],
        "only_b": [_described(case) for case in found.only_b],
        "differences": [asdict(difference) for difference in found.differences],
        "together": found.together,
        "repeats_needed": found.repeats_needed,
        "disagreements": list(found.disagreements),
    }


def _described(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in ("strategy", "family", "task", "dataset", "workers", "cores")}


def _rows(found: Comparison) -> list[tuple[str, ...]]:
    return [_row(compared, _metrics(found), _priced(found)) for compared in found.compared]


def _metrics(found: Comparison) -> list[Metric]:
    """Return the grades of all problems that the cases are of."""
    return metrics_of(compared.b.problem for compared in found.compared)


def _headings(found: Comparison) -> list[str]:
    return [*HEADINGS, *_COSTS[: 2 * _priced(found)], *(metric.label for metric in _metrics(found))]


def _priced(found: Comparison) -> bool:
    return any(COST in record for compared in found.compared for record in compared.a.records)


def _paid(case: Case) -> str:
    return figures.money(case.median(COST, "total"), currency(case.counted))


def _row(compared: ComparedCase, metrics: Sequence[Metric], priced: bool) -> tuple[str, ...]:
    ratio = compared.ratio
    figure = f"{ratio.estimate:.3f}" if ratio else ""
    interval = f"{ratio.low:.3f} to {ratio.high:.3f}" if ratio and ratio.low and ratio.high else ""
    quality = [grades(case.ok) for case in (compared.a, compared.b)]
    beside = [_beside(metric, quality) for metric in metrics]
    repeats = f"{ratio.n_a} and {ratio.n_b}" if ratio else ""
    times = [_seconds(case) for case in (compared.a, compared.b)]
    verdict = f"{compared.verdict}, disturbed" if compared.disturbed else compared.verdict
    costs = [_paid(case) for case in (compared.a, compared.b)] if priced else []
    return _name(compared.a), verdict, *times, figure, interval, repeats, *costs, *beside


def _seconds(case: Case) -> str:
    """Return the seconds of a case: to a model, or for all rows that it scored."""
    seconds = cost(case)
    if seconds is None:
        return ""
    return f"{case.kind.scaled(seconds, case.median('rows')):.3g}"


def _beside(metric: Metric, graded: Sequence[dict[str, float]]) -> str:
    values = [metric.shown(grades.get(metric.name)) for grades in graded]
    return " and ".join(values) if all(values) else ""


def _name(case: Case) -> str:
    workers = f" ({case.workers} workers)" if case.workers > 1 else ""
    return shown(f"{case.strategy}{workers}{batches(case.batch_size)}")


def _before(found: Comparison) -> list[str]:
    """Return the sentences that come before the figures."""
    if not found.differences:
        return []
    said = "; ".join(shown(str(difference)) for difference in found.differences)
    return [f"These runs are not alike, and were compared all the same: {said}."]


def _after(found: Comparison) -> list[str]:
    worse = [f"{_name(one.b)} got worse: {'; '.join(one.worse)}." for one in found.compared if one.worse]
    reasons = [
        f"{_name(case)} in {side}: {shown(reason, REASON_LIMIT)}"
        for one in found.compared
        if one.verdict in WITH_REASONS
        for side, case in (("A", one.a), ("B", one.b))
        if side == "B" or one.verdict == "new"
        for reason in dict.fromkeys(record["reason"] for record in case.records if record["reason"])
    ]
    only = [
        f"Only in {side}: {', '.join(map(_name, cases))}."
        for side, cases in (("A", found.only_a), ("B", found.only_b))
        if cases
    ]
    disturbed = [
        f"{_name(case)} in {side} was disturbed: {case.cause.told} while it was measured, and its time is "
        "compared with none."
        for one in found.compared
        for side, case in (("A", one.a), ("B", one.b))
        if case.disturbed and case.cause
    ]
    few = any(one.ratio and one.ratio.low is None for one in found.compared)
    return [
        *worse,
        *found.disagreements,
        *reasons,
        *disturbed,
        *only,
        *([FEW] if few else []),
        *_too_few(found),
        *([] if found.together else [APART]),
    ]


def _too_few(found: Comparison) -> list[str]:
    if found.repeats_needed is None:
        return []
    number = sum(one.ratio is not None for one in found.compared)
    what = "the case" if number == 1 else f"one of {number} cases"
    return [
        f"Fewer than {found.repeats_needed} repeats of each cannot show at 5 % that {what} is slower, whatever the "
        f"figures: `bench run --repeat {found.repeats_needed}`."
    ]
