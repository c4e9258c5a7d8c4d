"""What the times of a pipeline's stages grow with, out of what its parts state: for `bench advise`; pure."""

from __future__ import annotations

from collections.abc import Mapping

from bench.scaling import LIMITS, MEMORY, REST, Scale, Terms, linear, shuffle


def on_spark(at: Scale) -> dict[str, float]:
    """Return the terms of a stage that is a job of Spark.

    Its tasks share the cores, and on a cluster they send values to each other.

    Args:
        at: The scale.
    """
    return linear(at) | shuffle(at)


def together(stated: Terms, at: Scale) -> dict[str, float]:
    """Return the terms of all phases of a trainer, which is one stage of a pipeline.

    Args:
        stated: What the trainer states of its phases.
        at: The scale.
    """
    phases = {phase: terms for phase, terms in stated.items() if phase not in (MEMORY, LIMITS)}
    found: dict[str, float] = {}
    for terms in ({REST: linear(at)} | phases).values():
        for name, amount in terms.items():
            found[name] = found.get(name, 0.0) + amount
    return found


def limits(*stated: Mapping[str, float]) -> dict[str, Mapping[str, float]]:
    """Return the ceilings of all parts, as terms; of one that two parts use, the larger share.

    Args:
        stated: The shares that each part states, by name.
    """
    found = {name: max(each.get(name, 0.0) for each in stated) for name in {name for each in stated for name in each}}
    return {LIMITS: found} if found else {}
