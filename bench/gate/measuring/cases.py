"""Matches the cases of both arms, and lists those of one arm only: a renamed case must not pass unnoticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bench.errors import UsageError
from bench.families import CONTROL
from bench.gate.arms.arms import Arm, Offer
from bench.gate.request import Key
from bench.model import Dataset, Reference
from bench.records.directory import Record
from bench.request import PlannedTrial, Request
from bench.runs import plan
from bench.tasks import TASKS
from bench.tasks.base import LEAST_S


@dataclass(frozen=True)
class GateCase:
    """A case that both arms have.

    Attributes:
        key: Strategy, task, dataset, workers and cores.
        family: Family of the strategy.
        baseline: The trial as the baseline runs it.
        candidate: The trial as the candidate runs it.
    """

    key: Key
    family: str
    baseline: PlannedTrial
    candidate: PlannedTrial

    def planned(self, arm: str) -> PlannedTrial:
        """Return the trial of one arm, ``baseline`` or ``candidate``."""
        return self.baseline if arm == "baseline" else self.candidate


@dataclass(frozen=True)
class AbsentCase:
    """A case that cannot be compared.

    Attributes:
        key: Strategy, task, dataset, workers and cores.
        verdict: ``missing`` (the candidate lost it), ``new`` (the baseline does not have it), ``skipped`` (it cannot
            run here in either arm) or ``left_out`` (there is no time for it).
        reason: One sentence.
    """

    key: Key
    verdict: str
    reason: str


def match(
    baseline: Arm, candidate: Arm, request: Request, dataset: Dataset, reference: Reference | None
) -> tuple[list[GateCase], list[AbsentCase]]:
    """Return the cases that both arms have, and those that only one has or neither can run.

    Args:
        baseline: The one arm.
        candidate: The other.
        request: The trials to run, as for ``bench run``; each pattern must match a strategy of an arm.
        dataset: The dataset.
        reference: The model of predict trials.

    Raises:
        UsageError: A pattern matches no strategy that does the task in either arm.
    """
    names = selected(baseline, candidate, request)
    cases: list[GateCase] = []
    absent: list[AbsentCase] = []
    for name in names:
        offers = [_offer(arm, name, request.task) for arm in (baseline, candidate)]
        gone = _absent(name, *offers)
        facts = next((offer.strategy for offer in offers if offer and offer.strategy), None)
        distributed = facts is not None and facts.distributed
        for workers in request.workers if distributed else (1,):
            key = (name, request.task, dataset.name, workers, request.cores)
            if gone:
                absent.append(AbsentCase(key, *gone))
            else:
                both = [_planned(request, name, offer, workers, dataset, reference) for offer in offers]
                cases.append(GateCase(key, both[0].strategy.family, *both))
    return cases, absent


def selected(baseline: Arm, candidate: Arm, request: Request) -> list[str]:
    """Return the strategies that a request selects, out of those that either arm has for its task; without the control.

    A request without patterns selects the strategies that are code of the repository: others cannot differ.

    Raises:
        UsageError: A pattern matches no strategy.
    """
    names = sorted(
        name
        for name in baseline.offers.keys() | candidate.offers.keys()
        if any(_offer(arm, name, request.task) for arm in (baseline, candidate))
    )
    for pattern in request.strategies:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError(
                f"Neither arm has a strategy {pattern!r} for the task {request.task}: `bench list` shows what there is."
            )
    if request.strategies:
        # The control's time is close to zero, so its ratio means nothing: it takes part only under its full name.
        chosen = [name for name in names if any(fnmatchcase(name, pattern) for pattern in request.strategies)]
        return [name for name in chosen if name != CONTROL or name in request.strategies]
    own = {name for arm in (baseline, candidate) for name, offer in arm.offers.items() if offer.own}
    return [name for name in names if name in own and name != CONTROL]


def _offer(arm: Arm, name: str, task: str) -> Offer | None:
    """Return an arm's facts of a strategy; None if it has no strategy of that name for the task.

    A plugin that breaks the contract cannot state its tasks, so it counts for each.
    """
    offer = arm.offers.get(name)
    return offer if offer and (task in offer.tasks or offer.strategy is None) else None


def _absent(name: str, baseline: Offer | None, candidate: Offer | None) -> tuple[str, str] | None:
    """Return verdict and reason of a strategy that makes no case; None if it makes one."""
    if baseline is None:
        return "new", f"The baseline has no {name}, so there is nothing to compare it with."
    if candidate is None:
        return "missing", f"The candidate has no {name}: it was renamed or taken away."
    if candidate.strategy is None:
        return "missing", candidate.missing or f"The candidate's {name} breaks the contract."
    if baseline.strategy is None:
        return "new", f"The baseline's {name} breaks the contract: {baseline.missing}"
    return unable(baseline.missing, candidate.missing)


def unable(baseline: str | None, candidate: str | None) -> tuple[str, str] | None:
    """Return verdict and reason of a strategy that cannot run in one arm or in both; None if it can in both.

    Args:
        baseline: The reason why it cannot run in the baseline, None if it can.
        candidate: The same for the candidate.
    """
    if candidate and baseline:
        return "skipped", candidate
    if candidate:
        return "missing", f"It runs in the baseline, and not in the candidate: {candidate}"
    if baseline:
        return "new", f"It runs in the candidate, and not in the baseline: {baseline}"
    return None


def _planned(
    request: Request, name: str, offer: Offer | None, workers: int, dataset: Dataset, reference: Reference | None
) -> PlannedTrial:
    if offer is None or offer.strategy is None:
        raise AssertionError(f"{name} is no case")
    one = replace(request, workers=(workers,), repeat=1)
    return plan.make(one, {name: offer.strategy}, dataset, reference)[0]


def seconds_of(record: Record) -> float:
    """Return the seconds by which a trial is judged; for the control, which has no rate, its measured hook's time.

    Args:
        record: An ``ok`` record.
    """
    task = TASKS[record["trial"]["task"]]
    return task.seconds(record) or max(LEAST_S, task.duration_s(record) or 0.0)


def named(key: Key, keys: Sequence[Key] = ()) -> str:
    """Return the name of a case in reports, as short as the others allow.

    Args:
        key: The case.
        keys: All cases of the report.
    """
    strategy, task, dataset, workers, _cores = key
    more = [f"{workers} workers"] if workers > 1 else []
    more += [task] if len({other[1] for other in keys}) > 1 else []
    more += [dataset] if len({other[2] for other in keys}) > 1 else []
    return f"{strategy} ({', '.join(more)})" if more else strategy
