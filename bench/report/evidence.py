"""Sentences on how sure an answer is: the evidence, the lead of the fastest, and reasons for caution; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case
from bench.findings.names import case_name
from bench.findings.ranking import busy_share
from bench.report.phrases import NAMED
from bench.stats import BestSet, Ratio, repeats_needed
from bench.writing import figures


def enough(repeats: Sequence[int]) -> str:
    """Return the evidence, where it is enough to tell cases apart.

    Args:
        repeats: The different numbers of repeats of the cases, the least first.
    """
    return f"{_number(repeats)} of each case, told apart by the rank-sum test with Holm's correction at 5 %."


def alone(repeats: Sequence[int]) -> str:
    """Return the evidence for the time of a case that is compared with no other.

    Args:
        repeats: As for `enough`.
    """
    return "One repeat is no evidence about noise." if repeats[-1] == 1 else f"{_number(repeats)}."


def too_little(repeats: Sequence[int], number: int) -> str:
    """Return the reason why nothing is known, and the number of repeats that would change that.

    Args:
        repeats: As for `enough`.
        number: Number of cases.
    """
    if repeats[-1] == 1:
        why = "One repeat is no evidence about noise: two runs of the same code differ by 10 % and more."
    else:
        why = f"{_number(repeats)} cannot tell any of {number} cases from the fastest at 5 %, whatever the figures."
    return f"{why} With `--repeat {repeats_needed(number)}` they can, where they differ by more than the noise."


def _number(repeats: Sequence[int]) -> str:
    least, most = repeats[0], repeats[-1]
    if least == most:
        return "One repeat" if most == 1 else f"{most} repeats"
    return f"{least} to {most} repeats"


def lead(found: BestSet) -> str:
    """Return the lead of the fastest over the first case that is not among them; empty where there is none.

    Args:
        found: The comparison of the cases.
    """
    out = [name for name in found.behind if not found.enough or name not in found.together]
    if not out:
        return ""
    return f"The next, {out[0]}, took {_factor(found.behind[out[0]])} times as long as {found.leader}."


def close(found: BestSet) -> str:
    """Return the distances of the cases that cannot be told from the fastest.

    Args:
        found: The comparison of the cases.
    """
    ratios = [f"{name} took {_factor(found.behind[name])} times as long" for name in found.together[1 : NAMED + 1]]
    return f"Against {found.leader}, {figures.names(ratios)}."


def _factor(ratio: Ratio) -> str:
    if ratio.low is None:
        return figures.times(ratio.estimate)
    return f"{figures.times(ratio.estimate)} (95 % interval {figures.times(ratio.low)} to {figures.times(ratio.high)})"


def busy(contenders: Sequence[Case]) -> tuple[str, ...]:
    """Return a caution where other programs took part of the machine.

    Args:
        contenders: All cases that do work.
    """
    said = busy_share(contenders)
    return (f"{said} Repeat it on a quiet machine.",) if said else ()


def several_runs(good: Sequence[Case]) -> tuple[str, ...]:
    """Return a caution where the trials come from several runs.

    Args:
        good: The cases that are compared.
    """
    number = len({record["run"] for case in good for record in case.counted})
    if number == 1:
        return ()
    return (
        f"These trials come from {number} runs, which were not interleaved: "
        "a difference between cases of different runs may be the machine's.",
    )


def failures(chosen: Sequence[Case]) -> tuple[str, ...]:
    """Return a caution for each case that did not always end well.

    Args:
        chosen: The cases that the answer names.
    """
    return tuple(
        f"{case_name(case)} ended well in {len(case.ok)} of {len(case.records)} trials only."
        for case in chosen
        if len(case.ok) < len(case.records)
    )
