"""Prints the table of a run."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.findings.agreement import disagreements
from bench.findings.cases import Case, cases, cost
from bench.findings.names import batches, case_name
from bench.findings.overhead import overhead
from bench.findings.ranking import SURVIVES, disturbed_cases, remedy, why_unranked
from bench.findings.scales import Scaling, scaling
from bench.problems import Grading
from bench.records.costs import COST, currency
from bench.records.directory import Run
from bench.report.phrases import overhead_of
from bench.tasks import TASKS, Task
from bench.trial.record import REASON_LIMIT
from bench.writing import figures
from bench.writing.clean import shown
from bench.writing.tables import print_whole

STYLES = {"ok": "green", "skipped": "yellow"}


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


# Heading, writer, and the keys that lead to the value in a record.
TextColumn = tuple[str, Callable[[float | None], str], tuple[str, ...]]
WRITTEN: dict[str, Callable[[float | None], str]] = {
    "seconds": _seconds,
    "count": figures.whole,
    "bytes": figures.size,
    "share": figures.share,
}
GPU: tuple[TextColumn, ...] = (
    ("GPU\nmemory", figures.size, ("resources", "gpu_memory_bytes")),
    ("GPU\nbusy", figures.share, ("resources", "gpu_share")),
)
SLOWER = "times\nslower"
GRADES = 2  # of a problem, the first: with more, the lines of a terminal would fold
SCALING = {"speed-\nup": "speed-up", "effi-\nciency": "efficiency"}  # in a table, and in a line of its own


def print_run(run: Run, console: Console, resume: str | None = None) -> None:
    """Print a table for each task of a run, the reasons of trials that are not ``ok``, and the harness's own overhead.

    Args:
        run: The run.
        console: Where to print; without colours where it is no terminal.
        resume: The value of `bench run --resume` that goes on with the run; its directory where not given, or its name
            where that is not here.
    """
    directory = run.directory.path
    resume = resume or str(directory.absolute() if directory.is_dir() else directory.name)
    summaries = cases(run.records)
    for name in TASKS:
        if of_task := [case for case in summaries if case.task == name]:
            table = _table(run, TASKS[name], of_task)
            print_whole(table, console)
            if any(str(cell).endswith(figures.MARK) for column in table.columns for cell in column.cells):
                console.print(figures.MARKED)
    for case in summaries:
        for reason in dict.fromkeys(record["reason"] for record in case.records if record["reason"]):
            console.print(f"{_name(case)}: {escape(shown(reason, REASON_LIMIT))}", soft_wrap=True)
    for name in TASKS:
        if why := why_unranked([case for case in summaries if case.task == name]):
            told = f"This run cannot rank by time: {why}. What stands: {SURVIVES} {remedy(resume)}"
            console.print(escape(told), style="yellow", soft_wrap=True)
    apart = [
        said
        for name in TASKS
        for said in disagreements((case_name(case), case) for case in summaries if case.task == name)
    ]
    for warning in (*run.warnings, *apart):
        console.print(f"Warning: {escape(warning)}", soft_wrap=True)
    if found := overhead(summaries):
        console.print(f"Overhead of the harness itself: {overhead_of(found, f'{found.seconds:.2f} s')}.")
    console.print(_evidence(summaries), soft_wrap=True)


def _table(run: Run, task: Task, summaries: list[Case]) -> Table:
    dataset = run.run["dataset"]
    gpu = [column for column in GPU if any(case.median(*column[2]) is not None for case in summaries)]
    columns = [*_columns(task, summaries[0].problem), *gpu, *_cost(run)]
    timed = [] if disturbed_cases(summaries) else [case for case in summaries if case.works]
    best = min((seconds for case in timed if (seconds := cost(case))), default=None)
    cores = figures.cores(run.run["request"]["cores"])
    title = f"{dataset['name']}, {task.rows_described(dataset):,} rows {task.rows_are}, {cores}"
    table = Table(title=escape(shown(title)), title_justify="left", header_style="bold", box=None, pad_edge=False)
    for heading in ("strategy", "family"):
        table.add_column(heading, vertical="bottom")
    table.add_column("workers", justify="right", vertical="bottom")
    batched = len({case.batch_size for case in summaries if case.batch_size}) > 1
    if batched:
        table.add_column("batch", justify="right", vertical="bottom")
    table.add_column("status", vertical="bottom")
    scalings = [scaling(case, summaries) for case in summaries]
    scaled = SCALING if any(scalings) else ()
    slower = () if task.judged_rows is None else (SLOWER,)
    for heading in (*(heading for heading, _, _ in columns), *slower, *scaled):
        table.add_column(heading, SCALING.get(heading, ""), justify="right", no_wrap=True)
    for case, scales in zip(summaries, scalings, strict=True):
        status = f"[{STYLES.get(case.status, 'red')}]{case.status}[/]"
        if case.disturbed and case.cause:
            status += f", [yellow]{case.cause.mark}[/]"
        cells = [_cell(case, show, path) for _, show, path in columns]
        cells += [_slower(case, best)] if slower else []
        cells += _scaling(scales) if scaled else []
        batch = [f"{case.batch_size:,}" if case.batch_size else ""] if batched else []
        table.add_row(escape(shown(case.strategy)), escape(shown(case.family)), _workers(case), *batch, status, *cells)
    return table


def _cell(case: Case, show: Callable[[float | None], str], path: tuple[str, ...]) -> str:
    """Return a figure, with a mark where others disturbed a phase that the row's own mark is not about."""
    marked = path[0] == "phases" and path[1] != case.kind.measured and case.disturbed_in(path[1])
    return figures.marked(show(case.median(*path)), marked)


def _columns(task: Task, problem: Grading) -> list[TextColumn]:
    """Return the columns: the task's own, with the grades of the problem between."""
    grades = problem.metrics[: GRADES if task.all_grades else 1]
    return [
        *((column.heading, WRITTEN[column.kind], column.path) for column in task.columns),
        *((metric.label.replace(" ", "\n"), metric.shown, ("quality", metric.name)) for metric in grades),
        *((column.heading, WRITTEN[column.kind], column.path) for column in task.columns_after),
    ]


def _cost(run: Run) -> list[tuple[str, Callable[[float | None], str], tuple[str, ...]]]:
    """Return the column of costs, where there are any."""
    paid_in = currency(run.records)
    return [] if paid_in is None else [(f"cost,\n{paid_in}" if paid_in else "cost", figures.digits, (COST, "total"))]


def _workers(case: Case) -> str:
    """Return the number of workers, with that of the cores where workers had to share them."""
    return str(case.workers) if case.workers <= case.cores else f"{case.workers} on {figures.cores(case.cores)}"


def _slower(case: Case, best: float | None) -> str:
    """Return how many times the fastest case's time a row takes, with two digits that count."""
    seconds = cost(case)
    if not seconds or not best:
        return ""
    factor = seconds / best
    return f"{factor:.1f}" if factor < 10 else f"{float(f'{factor:.2g}'):,.0f}"


def _scaling(scales: Scaling | None) -> list[str]:
    return [f"{scales.speedup:.2f}", f"{scales.efficiency:.2f}"] if scales else ["", ""]


def _name(case: Case) -> str:
    workers = f" with {case.workers} workers" if case.workers > 1 else ""
    return f"[bold]{escape(shown(case.strategy))}[/]{workers}{batches(case.batch_size)}"


def _evidence(summaries: list[Case]) -> str:
    repeats = max((len(case.counted) for case in summaries if case.works), default=0)
    if repeats > 1:
        return f"Each figure is the median of up to {repeats} repeats."
    return "One repeat says nothing about noise: `--repeat 5` shows how far to trust a difference."
