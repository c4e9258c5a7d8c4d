"""Says whether the times of cases can be ranked at all: not where others disturbed one of them; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.cases import Case
from bench.records.choice import SPOILABLE, is_spoilt
from bench.records.disturbance import FOREIGN_SHARE

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
    causes = [case.cause for case in disturbed_cases(cases) if case.cause]
    if not causes:
        return ""
    working = [case for case in cases if case.works and (case.ok or case.disturbed)]
    return f"{max(causes).told_at_most} while {len(causes)} of {len(working)} cases ran"


def busy_share(cases: Sequence[Case]) -> str:
    """Return a sentence that says in how many trials others disturbed what counts, empty where it was none.

    Args:
        cases: The cases. Their trials that ended well or ran out of time are counted, each once.
    """
    records = [record for case in cases if case.works for record in case.records if record["status"] in SPOILABLE]
    busy = sum(map(is_spoilt, records))
    if not busy:
        return ""
    return (
        f"The machine was busy in {busy} of {len(records)} trials: others used more than {FOREIGN_SHARE} cores, or "
        "something else slowed it down."
    )


def remedy(run: str) -> str:
    """Return the command that measures the disturbed trials of a run again, as a sentence.

    Args:
        run: The run's directory, or its name.
    """
    return f"`bench run --resume {run} --wait-quiet 10m` measures the disturbed trials again."
