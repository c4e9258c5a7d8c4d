"""Prints the list of strategies."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import plugins
from bench.errors import PluginError
from bench.pipelines import ENGINES, TRANSFERS
from bench.writing.tables import print_whole

EXAMPLE = "spark+parquet_files+xgboost"


def print_strategies(console: Console) -> bool:
    """Print every strategy with its tasks, family and needs, and whether it can run here; then the parts of pipelines.

    Args:
        console: Where to print.

    Returns:
        Whether every strategy keeps the contract.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("strategy", "tasks", "family", "workers", "needs", "runs here", "what it is"):
        table.add_column(heading)
    refused: list[str] = []
    reasons: list[str] = []
    for name in plugins.names():
        try:
            plugin = plugins.load(name)
        except PluginError as error:
            refused.append(str(error))
            continue
        reason = plugins.why_not(plugin.strategy)
        reasons += [f"{name}: {reason}"] if reason else []
        table.add_row(
            *map(escape, _facts(plugin)), "[yellow]no[/]" if reason else "[green]yes[/]", escape(plugin.summary)
        )
    print_whole(table, console)
    engines, transfers = (sorted(one.name for one in kinds.usable()) for kinds in (ENGINES, TRANSFERS))
    console.print(
        f"Pipelines: ENGINE+TRAINER or ENGINE+HANDOFF+TRAINER, such as {EXAMPLE}. Engines: {', '.join(engines)}. "
        f"Hand-offs: {', '.join(transfers)}, and what does the task handoff. Trainers: what trains and scores."
    )
    for line in (*reasons, *refused):
        console.print(escape(line), soft_wrap=True)
    return not refused


def _facts(plugin: plugins.Plugin) -> tuple[str, ...]:
    facts = plugin.strategy
    workers = "any" if facts.distributed else "1"
    return plugin.name, ", ".join(plugin.tasks), facts.family, workers, ", ".join(facts.needs)
