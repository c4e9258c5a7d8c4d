"""Asks strategies for the terms that they state by the hook ``bench_scaling``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench import plugins
from bench.advise.fit import TermsOf, no_terms
from bench.errors import PluginError
from bench.plugins import Plugin
from bench.scaling import MEMORY, REST, Scale, Terms


@dataclass(frozen=True)
class StatedTerms:
    """What a strategy states.

    Attributes:
        time: The terms of its phases.
        memory: Those of its peak memory.
    """

    time: TermsOf = no_terms
    memory: TermsOf = no_terms


NOTHING = StatedTerms()


def ask_strategies(names: Iterable[str]) -> dict[str, StatedTerms]:
    """Return the terms of the strategies that state any; one that is not installed here states none.

    Args:
        names: Names of strategies, out of records.

    Raises:
        PluginError: A strategy breaks the contract.
    """
    known = set(plugins.names())
    loaded = [plugins.load(name) for name in sorted({*names} & known)]
    return {plugin.name: stated_terms(plugin) for plugin in loaded if plugin.has("bench_scaling")}


def stated_terms(plugin: Plugin) -> StatedTerms:
    """Return the terms of a strategy that has the hook.

    Args:
        plugin: The strategy.
    """

    def terms(at: Scale) -> Terms:
        found = plugin.hook.bench_scaling(at=at)
        if not isinstance(found, dict) or not all(isinstance(values, dict) and values for values in found.values()):
            raise PluginError(f"Strategy {plugin.name!r}: bench_scaling must return a dict of terms for each phase.")
        return found

    def time(at: Scale) -> Terms:
        return {phase: values for phase, values in terms(at).items() if phase != MEMORY}

    def memory(at: Scale) -> Terms:
        found = terms(at)
        return {REST: found[MEMORY]} if MEMORY in found else {}

    return StatedTerms(time, memory)
