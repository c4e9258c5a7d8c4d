"""The strategies that a request asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench import pipelines, plugins
from bench.families import CONTROL
from bench.plugins import Plugin
from bench.request import Request
from bench.runs import plan
from bench.tasks import TASKS


@dataclass(frozen=True)
class Selection:
    """The strategies that a request asks for.

    Attributes:
        plugins: Those that may take part, by name, with their facts.
        left_out: Why others are left out, by name: some take so long that they run where they are named only.
        all_named: Whether the request names what it wants.
    """

    plugins: dict[str, Plugin]
    left_out: dict[str, str]
    all_named: bool = False

    def default_data(self, task: str) -> str:
        """Return the name of the dataset where none is named; empty for that of most tasks.

        Where nobody but the control does the task, as it is with a named pipeline, it is that of what they do instead.

        Args:
            task: Name of the task that is asked for.
        """
        others = [plugin for name, plugin in self.plugins.items() if name != CONTROL]
        instead = {TASKS[plugin.tasks[0]].default_data for plugin in others if plugin.tasks}
        if len(instead) == 1 and not any(task in plugin.tasks for plugin in others):
            return instead.pop()
        return TASKS[task].default_data

    def on(self, rows: int) -> Selection:
        """Return what is left of it on so many rows: pipelines that take long on them run where they are named only.

        Args:
            rows: Rows of the dataset.
        """
        lengthy = {} if self.all_named else pipelines.lengthy(rows)
        kept = {name: plugin for name, plugin in self.plugins.items() if name not in lengthy}
        reasons = {name: reason for name, reason in lengthy.items() if name in self.plugins}
        return replace(self, plugins=kept, left_out=self.left_out | reasons)


def select(request: Request) -> Selection:
    """Return the strategies that a request asks for, after loading the facts of each once.

    Args:
        request: The request.

    Raises:
        UsageError: A pattern matches no strategy.
        PluginError: A selected strategy breaks the contract.
    """
    composed = TASKS[request.task].composed or any(map(pipelines.is_composed, request.strategies))
    known = [*plugins.names(), *(pipelines.named(request.strategies) if composed else [])]
    loaded = {name: pipelines.load(name) for name in plan.select(known, request.strategies)}
    lengthy = {name for name, plugin in loaded.items() if plugin.strategy.left_out and not request.strategies}
    if request.network and not request.strategies:  # the others would do what they do without it
        loaded = {name: plugin for name, plugin in loaded.items() if plugin.strategy.networks or name == CONTROL}
        lengthy &= loaded.keys()
    return Selection(
        {name: plugin for name, plugin in loaded.items() if name not in lengthy},
        {name: loaded[name].strategy.left_out for name in sorted(lengthy) if request.task in loaded[name].tasks},
        all_named=bool(request.strategies),
    )
