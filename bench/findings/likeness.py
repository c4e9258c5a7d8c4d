"""Finds the facts in which two runs differ, and checks the names of those that may; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bench import environment
from bench.errors import UsageError
from bench.findings.given import network_of
from bench.records.directory import Record, Run
from bench.request import setting_names, setting_of

# Settings of a request; those of the families are shown between the two groups.
BEFORE, AFTER = ("task", "seed"), ("master", "budget_s", "spark_conf", "spark_conf_file")
GROUPS = ("machine", "cores", "python", "java", "versions", "variable", "dataset", "settings", "model")


@dataclass(frozen=True)
class Difference:
    """A fact in which two runs differ.

    Attributes:
        group: Its group, one of `GROUPS`.
        name: Its name.
        a: Its value in the baseline.
        b: Its value in the candidate.
    """

    group: str
    name: str
    a: Any
    b: Any

    def __str__(self) -> str:
        return f"{self.name} is {_value(self.a)} in A and {_value(self.b)} in B"


def differences(a: Run, b: Run) -> list[Difference]:
    """Return the facts in which two runs differ and that make their times incomparable.

    The commit, and the version of the package with the strategies, are not among them, since people compare just those.
    """
    before, after = environment.facts(a.run["environment"]), environment.facts(b.run["environment"])
    names = [*before, *(name for name in after if name not in before)]
    pairs: list[tuple[str, str, Any, Any]] = [(_group(name), name, before.get(name), after.get(name)) for name in names]
    pairs.append(("dataset", "dataset fingerprint", a.run["dataset"]["fingerprint"], b.run["dataset"]["fingerprint"]))
    requests = a.run["request"], b.run["request"]
    settings = (*BEFORE, *setting_names(*requests), *AFTER)
    pairs += [("settings", name, *(_setting(request, name) for request in requests)) for name in settings]
    pairs.append(("model", "model", _models(a.records), _models(b.records)))
    pairs.append(("settings", "network", network_of(a), network_of(b)))
    return [Difference(*pair) for pair in pairs if pair[2] != pair[3]]


def _setting(request: dict[str, Any], name: str) -> Any:
    """Return a setting; a run without one is equal to a run from before the setting existed."""
    value = setting_of(request, name)
    return (", ".join(map(str, value)) or None) if isinstance(value, list | tuple) else value


def _group(fact: str) -> str:
    first = fact.partition(" ")[0].lower()
    return first if first in GROUPS else "versions"


def _models(records: Iterable[Record]) -> str | None:
    """Return the model that was scored with, if there was one."""
    return ", ".join(sorted({str(model)[:12] for record in records if (model := record["trial"].get("model"))})) or None


def check_allowed(allowed: Collection[str], found: Iterable[Difference]) -> set[str]:
    """Return the names of the facts that may differ, in lower case.

    Args:
        allowed: Names of facts, or of groups of facts, as they were given.
        found: The facts that differ.

    Raises:
        UsageError: A name is no group's, and no fact's that differs.
    """
    names = {name.strip().lower() for name in allowed if name.strip()}
    known = {*GROUPS, *(difference.name.lower() for difference in found)}
    for name in sorted(names - known):
        raise UsageError(f"--allow-different {name!r} is no fact that differs: it may be any of {', '.join(GROUPS)}.")
    return names


def _value(value: Any) -> str:
    return "not there" if value is None else str(value)
