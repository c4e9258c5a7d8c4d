"""Compares two runs case by case, and refuses runs that are not comparable; pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.errors import UsageError
from bench.families import CONTROL
from bench.findings.agreement import disagreements
from bench.findings.cases import Case, cases, samples
from bench.findings.grades import grades, worse_grades
from bench.findings.likeness import Difference, check_allowed, differences
from bench.findings.names import case_name
from bench.records.directory import Record, Run
from bench.stats.best import LEVEL, holm, repeats_needed
from bench.stats.looks import noise
from bench.stats.ranksum import Ratio, ratio

LEAST_RATIO = 1.03  # a smaller difference gets no verdict
# Standard deviations of log time: the slowdown that 5 repeats of each show in four of five comparisons.
POWER = 3.15

CaseKey = tuple[Any, ...]


@dataclass(frozen=True)
class ComparedCase:
    """A case that both runs have.

    Attributes:
        a: The case in the baseline.
        b: The case in the candidate.
        ratio: B's time over A's; None where one of them has no time.
        verdict: ``slower``, ``faster``, ``ok`` (surely no slowdown of the threshold), ``inconclusive``, ``worse`` (its
            grades, or an answer that is wrong), ``new`` (only B ends well), ``skipped`` (in both), or ``broken`` (B has
            no time, or trials of it that went wrong).
        worse: A part of a sentence for each grade that is worse by more than its tolerance.
    """

    a: Case
    b: Case
    ratio: Ratio | None
    verdict: str
    worse: tuple[str, ...] = ()

    @property
    def disturbed(self) -> bool:
        """Whether others disturbed every trial of one side, so that its times cannot be compared."""
        return self.a.disturbed or self.b.disturbed


@dataclass(frozen=True)
class Comparison:
    """Two runs, case by case.

    Attributes:
        compared: The cases of both.
        only_a: The cases of the baseline alone.
        only_b: The cases of the candidate alone.
        differences: The facts in which they differ, all of them allowed.
        together: Whether they were measured in turn in one session.
        repeats_needed: How many repeats of each it takes to tell a case of them apart; None where no case has too few.
        disagreements: A sentence for each family whose strategies should have come to one answer.
    """

    compared: tuple[ComparedCase, ...]
    only_a: tuple[Case, ...]
    only_b: tuple[Case, ...]
    differences: tuple[Difference, ...]
    together: bool
    repeats_needed: int | None = None
    disagreements: tuple[str, ...] = ()


def compare(a: Run, b: Run, *, threshold: float = 0.10, allowed: Collection[str] = ()) -> Comparison:
    """Compare two runs.

    Args:
        a: The baseline.
        b: The candidate.
        threshold: A case is ``ok`` if it is surely less than this much slower, as a share.
        allowed: Names of facts, or of groups of facts, that may differ.

    Raises:
        UsageError: They differ in a fact that must be equal, or an allowed name is no fact's.
    """
    found = differences(a, b)
    may = check_allowed(allowed, found)
    for difference in found:
        if not {difference.group, difference.name.lower()} & may:
            raise UsageError(
                f"{a.directory.name} and {b.directory.name} cannot be compared: {difference}. "
                f"`--allow-different {difference.group}` shows them all the same."
            )
    ours = {_key(case, may): case for case in cases(_counting(a.records)) if case.strategy != CONTROL}
    theirs = {_key(case, may): case for case in cases(_counting(b.records)) if case.strategy != CONTROL}
    shared = [key for key in ours if key in theirs]
    ratios = {key: _ratio(ours[key], theirs[key]) for key in shared}
    apart = _told_apart(ratios)
    return Comparison(
        compared=tuple(_judge(ours[key], theirs[key], ratios[key], key in apart, threshold) for key in shared),
        only_a=tuple(case for key, case in ours.items() if key not in theirs),
        only_b=tuple(case for key, case in theirs.items() if key not in ours),
        differences=tuple(found),
        together=_together(a, b),
        repeats_needed=_repeats_needed([found for found in ratios.values() if found]),
        disagreements=tuple(_disagreements(ours.values(), theirs.values(), found)),
    )


def _disagreements(ours: Iterable[Case], theirs: Iterable[Case], found: Iterable[Difference]) -> list[str]:
    """Return what `disagreements` finds in both runs together, or in each of them where they were given other work."""
    named = [[(f"{case_name(case)} in {run}", case) for case in cases] for run, cases in (("A", ours), ("B", theirs))]
    alike = not any(difference.group in ("dataset", "settings") for difference in found)
    return [said for part in ([[*named[0], *named[1]]] if alike else named) for said in disagreements(part)]


def _together(a: Run, b: Run) -> bool:
    """Return whether two runs are the arms of one night of the gate, which gives both the moment at which it began."""
    of_the_gate = all("gate" in record["notes"] for record in (*a.records, *b.records))
    return of_the_gate and a.run["started_at"] == b.run["started_at"]


def _counting(records: Iterable[Record]) -> list[Record]:
    """Return the records without the warm-ups of a night of the gate."""
    return [record for record in records if record["notes"].get("gate", {}).get("stage") != "warm-up"]


def _key(case: Case, may: set[str]) -> CaseKey:
    """Return the key of a case in both runs, without the facts that may differ."""
    dataset = "" if "dataset" in may else case.dataset
    cores = None if {"cores", "machine"} & may else case.cores
    return case.strategy, case.task, dataset, case.workers, None if "batch_size" in may else case.batch_size, cores


def _ratio(a: Case, b: Case) -> Ratio | None:
    ours, theirs = samples(a), samples(b)
    return ratio(ours, theirs) if ours and theirs else None


def _told_apart(ratios: dict[CaseKey, Ratio | None]) -> set[CaseKey]:
    """Return the cases whose times differ by more than chance: Holm's step-down over all of them."""
    tested = {key: found for key, found in ratios.items() if found}
    if not tested:
        return set()
    refused = holm(np.array([found.p for found in tested.values()]))
    return {
        key
        for (key, found), told in zip(tested.items(), refused, strict=True)
        if told and not 1 / LEAST_RATIO <= found.estimate <= LEAST_RATIO
    }


def _repeats_needed(tested: Collection[Ratio]) -> int | None:
    """Return how many repeats of each can tell one case of these apart; None where each has as many as it takes.

    Two-sided, no p-value is below 2 / (n_a + n_b over n_b), and one of them alone must not exceed `LEVEL` / cases.
    """
    least = [2 / math.comb(found.n_a + found.n_b, found.n_b) for found in tested]
    if all(p <= LEVEL / len(least) for p in least):
        return None
    return repeats_needed(2 * len(least) + 1)  # two one-sided tests for each; the function counts a leader too


def _judge(a: Case, b: Case, found: Ratio | None, told_apart: bool, threshold: float) -> ComparedCase:
    worse = tuple(worse_grades(grades(b.ok), grades(a.ok), b.problem))
    before, after = ({record["status"] for record in case.records} for case in (a, b))
    if worse or "invalid" in after - before:
        verdict = "worse"
    elif (a.disturbed or b.disturbed) and a.ok and b.ok and not after - {"ok", "skipped"}:
        verdict = "inconclusive"
    elif found is None or after - {"ok", "skipped"}:
        verdict = _without_figures(before, after)
    elif told_apart:
        verdict = "slower" if found.estimate > 1 else "faster"
    else:
        verdict = "ok" if _surely_ok(samples(a), samples(b), found, threshold) else "inconclusive"
    return ComparedCase(a, b, found, verdict, worse)


def _without_figures(before: set[str], after: set[str]) -> str:
    """Return the verdict on a case with no two times, or with trials of B that went wrong, by the statuses of both."""
    if before | after == {"skipped"}:
        return "skipped"
    ended_well = "ok" in after and after <= {"ok", "skipped"}
    return "new" if ended_well and "ok" not in before else "broken"


def _surely_ok(a: list[float], b: list[float], found: Ratio, threshold: float) -> bool:
    """Return whether a slowdown of the threshold is out of the question, and would have shown."""
    if found.high is None or found.high >= 1 + threshold:
        return False
    fewest = min(len(a), len(b))
    spread = float(noise(np.array([a[:fewest]]), np.array([b[:fewest]]))[0])
    return bool(POWER * spread * (5 / fewest) ** 0.5 <= np.log1p(threshold))
