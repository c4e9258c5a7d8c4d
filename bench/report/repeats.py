"""The raw repeats under each case of the full table; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bench.findings.groups import Panel
from bench.problems import Grading
from bench.records.choice import is_spoilt
from bench.records.directory import Record
from bench.records.disturbance import causes, disturbed
from bench.tasks import TASKS, grading_of
from bench.writing import figures
from bench.writing.clean import REASON_LIMIT, shown

Links = Callable[[Record], str | None]


@dataclass(frozen=True)
class Repeat:
    """One trial under its case.

    Attributes:
        cells: Its figures as text, in the order of `headings` less the log.
        reason: Why it is not ``ok``; empty where it is.
        log: Its log, as the record names it; empty where there is none.
        link: The log's place, seen from the report; None where the log is not at hand.
    """

    cells: tuple[str, ...]
    reason: str
    log: str
    link: str | None


def headings(panels: list[Panel]) -> tuple[str, ...]:
    """Return the headings of the figures of one trial.

    Args:
        panels: All panels.
    """
    first = dict.fromkeys(problem.metrics[0].label for problem in problems(panels))
    grade = " or ".join(first)
    return ("repeat", "ended", "time", "wall", "setup", grade, "peak memory", "CPU", "others' CPU", "started", "log")


def problems(panels: Iterable[Panel]) -> list[Grading]:
    """Return the kinds of problems of all groups, each once.

    Args:
        panels: All panels.
    """
    return list(dict.fromkeys(group.problem for panel in panels for group in panel.groups))


def repeat(record: Record, links: Links) -> Repeat:
    """Return one trial.

    Args:
        record: Its record.
        links: Returns the place of a record's log, seen from the report.
    """
    quality: dict[str, Any] = record["quality"] or {}
    usage, phases, first = record["resources"], record["phases"], grading_of(record["trial"]).metrics[0]
    seconds = TASKS[record["trial"]["task"]].duration_s(record) if record["status"] == "ok" else None
    ran = record["status"] != "skipped"
    cells = (
        str(record["trial"]["repeat"]),
        f"{record['status']}, {causes(record)[-1].mark}" if is_spoilt(record) else record["status"],
        figures.seconds(seconds),
        figures.seconds(record["wall_s"]) if ran else "",
        figures.marked(figures.seconds(phases.get("setup")), disturbed(record, "setup")),
        first.shown(quality.get(first.name)),
        figures.size(usage["peak_memory_bytes"]),
        figures.seconds(usage["cpu_s"]),
        "" if usage["foreign_cpu_share"] is None else f"{usage['foreign_cpu_share']:.2f} cores",
        shown(record["started_at"], 40),
    )
    reason = shown(record["reason"], REASON_LIMIT) if record["reason"] else ""
    return Repeat(cells, reason, shown(record["log"]) if record["log"] else "", links(record))
