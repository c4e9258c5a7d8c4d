"""The content of the report, from top to bottom, the same in every format; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.findings.cases import Case
from bench.findings.engines import EngineComparison, by_engine
from bench.findings.exchange import Payoff, payoffs
from bench.findings.groups import Group, Panel, panels
from bench.findings.interval import confidence
from bench.findings.names import difference, group_name, panel_name
from bench.findings.pareto import fastest_of_each_family, front
from bench.findings.phases import PhaseStack, stacks
from bench.findings.scales import RowScaling, ScalingPoint, by_rows, by_workers
from bench.records.directory import Run
from bench.report.answer import Answer, answers
from bench.report.provenance import Provenance, provenance
from bench.report.repeats import Links, headings
from bench.report.table import Row, TableColumn, columns, rows
from bench.writing import figures


@dataclass(frozen=True)
class GroupView:
    """The part of the report on one group.

    Attributes:
        heading: Its name.
        group: The group.
        answers: The group's answers.
        front: The cases on the Pareto front, the fastest first.
        families: The fastest case of each family.
        stacks: The time of each case, by phases.
        workers: How cases scale with workers; empty where no strategy ran with several numbers of them.
    """

    heading: str
    group: Group
    answers: tuple[Answer, ...]
    front: tuple[Case, ...]
    families: tuple[Case, ...]
    stacks: tuple[PhaseStack, ...]
    workers: tuple[ScalingPoint, ...]


@dataclass(frozen=True)
class PanelView:
    """The part of the report on one machine with one stack.

    Attributes:
        number: From 1.
        heading: Its name.
        different: A sentence on its differences from the other panels; empty where there is one panel.
        views: Its groups.
        by_rows: How times grow with rows.
        engines: Spark against one machine; None where not both made features.
        payoffs: Whether distributed training of networks pays.
        provenance: The origin of its figures, for each run.
    """

    number: int
    heading: str
    different: str
    views: tuple[GroupView, ...]
    by_rows: tuple[RowScaling, ...]
    engines: EngineComparison | None
    payoffs: tuple[Payoff, ...]
    provenance: tuple[Provenance, ...]


@dataclass(frozen=True)
class Page:
    """The whole report.

    Attributes:
        title: Its title.
        panels: The machines.
        columns: The columns of the full table.
        rows: The rows of the full table.
        repeats: The headings of the figures of one trial.
        trials: Number of trials.
    """

    title: str
    panels: tuple[PanelView, ...]
    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]
    repeats: tuple[str, ...]
    trials: int

    @property
    def intervals(self) -> str:
        """A sentence on the confidence of the medians' intervals; empty where there is none."""
        numbers = sorted({len(case.counted) for view in self.views for case in view.group.cases} - {0, 1})
        sure = [f"{figures.share(confidence(number))} of those of {number} repeats" for number in numbers[:4]]
        return f"Such intervals hold the median in {figures.names(sure)}." if sure else ""

    @property
    def note(self) -> str:
        """A sentence on what the mark in the table means; empty where there is none."""
        lines = [line for row in self.rows for line in (row.cells, *(repeat.cells for repeat in row.repeats))]
        return figures.MARKED if any(cell.endswith(figures.MARK) for line in lines for cell in line) else ""

    @property
    def several(self) -> bool:
        """Whether there is more than one group, so that each needs its name."""
        return len(self.views) > 1

    @property
    def views(self) -> list[GroupView]:
        """All groups of all machines."""
        return [view for panel in self.panels for view in panel.views]


def page(runs: Sequence[Run], *, quality: float | None = None, links: Links = lambda _: None) -> Page:
    """Return the content of the report of some runs.

    Args:
        runs: The runs.
        quality: The grade that is asked for, the problem's first; None for a little worse than the best measured.
        links: Returns the place of a record's log, seen from the report.
    """
    found = panels(runs)
    table = rows(found, links)
    return Page(
        title=_title(found),
        panels=tuple(_panel(panel, quality) for panel in found),
        columns=columns(found),
        rows=tuple(table),
        repeats=headings(found),
        trials=sum(len(row.repeats) for row in table),
    )


def _title(found: Sequence[Panel]) -> str:
    headings = [group_name(group) for panel in found for group in panel.groups]
    if len(headings) == 1:
        return headings[0]
    runs = sum(len(panel.runs) for panel in found)
    machines = f" on {len(found)} machines or stacks" if len(found) > 1 else ""
    return f"{runs} {'run' if runs == 1 else 'runs'}{machines}"


def _panel(panel: Panel, quality: float | None) -> PanelView:
    return PanelView(
        number=panel.number,
        heading=panel_name(panel),
        different=difference(panel),
        views=tuple(_view(group, quality) for group in panel.groups),
        by_rows=tuple(by_rows(panel.groups)),
        engines=by_engine(panel.groups, panel.environment["host"]["memory_bytes"]),
        payoffs=tuple(payoffs(panel.groups)),
        provenance=tuple(provenance(panel)),
    )


def _view(group: Group, quality: float | None) -> GroupView:
    return GroupView(
        heading=group_name(group),
        group=group,
        answers=tuple(answers(group, quality)),
        front=tuple(front(group.contenders)),
        families=tuple(fastest_of_each_family(group.contenders)),
        stacks=tuple(stacks(group.cases)),
        workers=tuple(by_workers(group)),
    )
