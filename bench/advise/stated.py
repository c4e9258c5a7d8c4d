"""Asks strategies for the terms that they state by the hook ``bench_scaling``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench import pipelines, plugins
from bench.advise.fit import TermsOf, no_terms
from bench.advise.refusal import LimitsOf, no_limits
from bench.errors import PluginError
from bench.plugins import Plugin
from bench.scaling import LIMITS, MEMORY, REST, Scale, Terms


@dataclass(frozen=True)
class StatedTerms:
    """What a strategy states.

    Attributes:
        time: The terms of its phases.
        memory: Those of its peak memory.
        limits: The shares of its ceilings that are used.
    """

    time: TermsOf = no_terms
    memory: TermsOf = no_terms
    limits: LimitsOf = no_limits


NOTHING = StatedTerms()


def ask_strategies(names: Iterable[str]) -> dict[str, StatedTerms]:
    """Return the terms of the strategies that state any; one that is not installed here states none.

    Args:
        names: Names of strategies, out of records.

    Raises:
        PluginError: A strategy breaks the contract.
    """
    loaded = [pipelines.load(name) for name in sorted({*names}) if _is_known(name)]
    return {plugin.name: stated_terms(plugin) for plugin in loaded if plugin.has("bench_scaling")}


def _is_known(name: str) -> bool:
    """Return whether a strategy, or each part of a pipeline, is installed here."""
    strategies, parts = plugins.names(), name.split(pipelines.JOINT)
    between = [each for each in parts if each not in strategies]
    return parts[-1] in strategies and all(each in pipelines.ENGINES or each in pipelines.TRANSFERS for each in between)


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
        return {phase: values for phase, values in terms(at).items() if phase not in (MEMORY, LIMITS)}

    def memory(at: Scale) -> Terms:
        found = terms(at)
        return {REST: found[MEMORY]} if MEMORY in found else {}

    def limits(at: Scale) -> Mapping[str, float]:
        return terms(at).get(LIMITS, {})

    return StatedTerms(time, memory, limits)
