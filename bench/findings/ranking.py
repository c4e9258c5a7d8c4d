"""Says whether the times of cases can be ranked at all: not where others disturbed one of them; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case

SURVIVES = "Grades and memory, and CPU seconds where no thread spins while it waits."


def disturbed_cases(cases: Sequence[Case]) -> list[Case]:
    """Return the cases whose every trial was disturbed: their times are too long, nobody knows by how much.

    Args:
        cases: The cases.
    """
    return [case for case in cases if case.works and case.disturbed]


def why_unranked(cases: Sequence[Case]) -> str:
    """Return why no case can be called the fastest, as a clause; empty where nothing forbids it.

    One disturbed case is enough: undisturbed it may be the fastest of all.

    Args:
        cases: The cases that would be ranked.
    """
    disturbed = disturbed_cases(cases)
    if not disturbed:
        return ""
    working = [case for case in cases if case.works and (case.ok or case.disturbed)]
    most = max(case.taken for case in disturbed)
    cores = f"others used up to {most:.1f} cores" if most >= 0.1 else "the machine was disturbed"
    return f"{cores} while {len(disturbed)} of {len(working)} cases ran"


def remedy(run: str) -> str:
    """Return the command that measures the disturbed trials of a run again, as a sentence.

    Args:
        run: The run's directory, or its name.
    """
    return f"`bench run --resume {run} --wait-quiet 10m` measures the disturbed trials again."
