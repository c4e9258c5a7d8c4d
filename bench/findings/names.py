"""Names cases and panels for people."""

from __future__ import annotations

from collections.abc import Sequence

from bench.families.mlp import BATCH_SIZE
from bench.findings.cases import Case
from bench.findings.groups import Group, Panel
from bench.tasks import TASKS
from bench.writing.clean import shown


def case_name(case: Case) -> str:
    """Return the name of a case: its strategy, its workers if it had more than one, and batches of an unusual size."""
    workers = "" if case.workers == 1 else f" ({case.workers} workers)"
    return f"{shown(case.strategy)}{workers}{batches(case.batch_size)}"


def short_names(cases: Sequence[Case]) -> list[str]:
    """Return marked names, without the number of workers where all have the same, for labels of a chart.

    Args:
        cases: The cases of the chart.
    """
    if len({case.workers for case in cases}) > 1:
        return [marked_name(case) for case in cases]
    return [_mark(case, f"{shown(case.strategy)}{batches(case.batch_size)}") for case in cases]


def batches(size: int) -> str:
    """Return the rows of a batch as an addition to a name, where they are not what they are by default.

    Args:
        size: The rows; 0 where there are no batches.
    """
    return "" if size in (0, BATCH_SIZE.default) else f", batches of {size:,}"


def marked_name(case: Case) -> str:
    """Return the name of a case, with a mark where others disturbed it."""
    return _mark(case, case_name(case))


def _mark(case: Case, name: str) -> str:
    return f"{name}, disturbed" if case.disturbed else name


def group_name(group: Group) -> str:
    """Return the name of a group: the task, the dataset, its rows, and the settings that set it apart."""
    what = TASKS[group.task].rows_are
    told = "".join(f", {name} {shown(str(value))}" for name, value in group.settings.items())
    return f"{shown(group.dataset['name'])}, {group.rows:,} rows {what}{told}"


def panel_name(panel: Panel) -> str:
    """Return the name of a machine with its stack."""
    host = panel.environment["host"]
    memory = host["memory_bytes"]
    gpus = "".join(f", {shown(gpu)}" for gpu in host["gpus"])
    room = f", {memory / 2**30:.0f} GiB" if memory else ""
    cores = panel.environment["cores"]
    return f"{shown(host['cpu'])}, {cores} {'core' if cores == 1 else 'cores'}{room}{gpus}"


def difference(panel: Panel) -> str:
    """Return the facts in which a panel differs from the others, as a sentence; empty where there is one."""
    facts = "; ".join(f"{name}: {shown(str(value))}" for name, value in panel.different.items())
    return f"It differs from the others in {facts}." if facts else ""
