"""Finds strategies by their entry points: `names` imports nothing, `load` imports one.

The gate calls this module of other revisions by its name: it does not move.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint

import pluggy

from bench import hookspecs
from bench.errors import PluginError, UsageError
from bench.families import family_of
from bench.model import Dataset, Strategy
from bench.tasks import TASKS

GROUP = "bench"
HOOKS = tuple(name for name in vars(hookspecs) if name.startswith("bench_"))


@dataclass(frozen=True)
class Plugin:
    """A loaded strategy: its facts, and its hooks ready to be called by keyword."""

    name: str
    strategy: Strategy
    summary: str
    hook: pluggy.HookRelay

    def has(self, hook: str) -> bool:
        """Return whether the strategy implements the hook of that name."""
        return bool(getattr(self.hook, hook).get_hookimpls())

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that it takes part in and has the hook for, in its own order."""
        known = [task for task in self.strategy.tasks if task in TASKS]
        return tuple(task for task in known if self.has(f"bench_{TASKS[task].measured}"))


def why_not(strategy: Strategy, dataset: Dataset | None = None) -> str | None:
    """Return the reason why a strategy cannot run here, with a remedy, or ``None`` if it can; imports nothing.

    Args:
        strategy: Its facts.
        dataset: The dataset that it would work on; any where none is given.
    """
    if dataset is not None and family_of(strategy.family).works and (lack := _lack(strategy, dataset)):
        return f"{lack[:1].upper()}{lack[1:]}."
    missing = [need for need in strategy.needs if importlib.util.find_spec(need) is None]
    if not missing:
        return None
    remedy = strategy.remedy or f"pip install '{strategy.install or ' '.join(missing)}'"
    return f"It needs {' and '.join(missing)}, not installed here: {remedy}."


def _lack(strategy: Strategy, dataset: Dataset) -> str | None:
    """Return what a strategy lacks for a dataset, as a sentence without a full stop."""
    problem, known = dataset.problem, " and ".join(strategy.problems)
    if problem not in strategy.problems:
        return strategy.lacks.get(problem, f"it knows no {problem} problems, only {known}")
    if dataset.weight and not strategy.weights:
        return strategy.lacks.get("weights", f"it takes no weights of rows, such as {dataset.weight!r} has")
    most = strategy.most_categories
    if dataset.categorical and not most:
        return strategy.lacks.get(
            "categories", "it takes the numbers of categories for amounts: import the data with --categories codes"
        )
    for feature, count in dataset.categorical.items():
        if count > most:
            return f"it knows up to {most:,} categories, and the feature {feature} has {count:,}"
    return None


def _entry_points() -> dict[str, EntryPoint]:
    found: dict[str, dict[str, EntryPoint]] = defaultdict(dict)
    for entry in importlib.metadata.entry_points(group=GROUP):
        found[entry.name][entry.value] = entry
    for name, entries in found.items():
        if len(entries) > 1:
            raise PluginError(
                f"Two strategies are called {name!r}, {' and '.join(sorted(entries))}: "
                "uninstall one of the two packages or rename its entry point."
            )
    return {name: next(iter(entries.values())) for name, entries in sorted(found.items())}


def names() -> list[str]:
    """Return the names of all strategies, sorted; imports none of them.

    Raises:
        PluginError: Two strategies have one name.
    """
    return list(_entry_points())


def module_of(name: str) -> str:
    """Return the module that holds a strategy's hooks; imports nothing.

    Args:
        name: A name out of `names`.
    """
    return _entry_points()[name].module


def load(name: str) -> Plugin:
    """Import one strategy and check it against the contract.

    Args:
        name: A name out of `names`.

    Raises:
        UsageError: There is no such strategy.
        PluginError: It cannot be imported, or it breaks the contract.
    """
    entry = _entry_points().get(name)
    if entry is None:
        raise UsageError(f"There is no strategy {name!r}: `bench list` shows all that there are.")
    try:
        module = entry.load()
    except Exception as error:
        raise PluginError(
            f"Strategy {name!r} ({entry.value}) cannot be imported: {type(error).__name__}: {error}."
        ) from error
    return check(name, module)


def check(name: str, module: object) -> Plugin:
    """Check a strategy's module against the contract and make it callable.

    Each strategy gets a plugin manager of its own: pluggy broadcasts, and two strategies in one manager would both be
    called.

    Args:
        name: The strategy's name.
        module: The module that holds its hooks.

    Raises:
        PluginError: A hook or an argument is misspelt or unmarked, or a hook is missing.
    """
    manager = pluggy.PluginManager("bench")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"Strategy {name!r} breaks the contract: {' '.join(str(error).split())}.") from error
    for attribute, function in inspect.getmembers(module, inspect.isfunction):
        if attribute.startswith("bench_") and not hasattr(function, "bench_impl"):
            raise PluginError(f"Strategy {name!r}: mark the function {attribute} with @bench.hookimpl.")
    strategy = manager.hook.bench_strategy()
    if not isinstance(strategy, Strategy):
        raise PluginError(f"Strategy {name!r}: bench_strategy() must return a bench.Strategy.")
    if manager.hook.bench_predict.get_hookimpls() and not manager.hook.bench_train.get_hookimpls():
        strategy = replace(strategy, scores="reference")  # there is no model of its own
    plugin = Plugin(name, strategy, (module.__doc__ or "").strip().partition("\n")[0], manager.hook)
    if not plugin.tasks:
        raise PluginError(
            f"Strategy {name!r} has no hook for a task that it takes part in: add bench_train or bench_predict."
        )
    return plugin
