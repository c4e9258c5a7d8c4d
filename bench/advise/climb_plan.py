"""What a ladder of sizes is measured with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.advise.advice import SizeQuestion
from bench.advise.calibration import Calibration
from bench.advise.ladder import Ladder
from bench.advise.race import Entrant
from bench.advise.stated import StatedTerms
from bench.families import CONTROL
from bench.model import Dataset, Storage
from bench.plugins import Plugin
from bench.request import PlannedTrial, Request
from bench.runs.campaign import ANYWHERE, make_plan
from bench.runs.selection import Selection
from bench.tasks import TASKS


@dataclass(frozen=True)
class ClimbPlan:
    """What a ladder is measured with.

    Attributes:
        request: What every trial is made of.
        plugins: The strategies that take part, by name.
        ladder: The samples.
        question: What is asked.
        stated: The terms that strategies state.
        results: Directory of the runs.
        command: The command line, for the records.
        budget_s: Seconds for all of it.
        table: The calibration of times; None for the package's own.
        timeout_s: Seconds for each trial.
        retries: How often a trial that others disturbed is run again.
        storage: How to reach the places that the request names, where they are URIs.
    """

    request: Request
    plugins: Mapping[str, Plugin]
    ladder: Ladder
    question: SizeQuestion
    stated: Mapping[str, StatedTerms]
    results: Path
    command: list[str]
    budget_s: float
    table: Calibration | None = None
    timeout_s: float = 600.0
    retries: int = 2
    storage: Storage = ANYWHERE

    @property
    def asked(self) -> float:
        """The rows asked for, of those that the task works on."""
        table = self.ladder.dataset
        return self.question.rows * TASKS[self.request.task].rows(table) / table.rows

    def entrants(self, dataset: Dataset) -> dict[Entrant, bool]:
        """Return all that take part, and whether each is distributed.

        Args:
            dataset: The table or a sample of it.
        """
        chosen = Selection(dict(self.plugins), {})
        planned = make_plan(self.request, dataset, chosen, to_run=False, storage=self.storage)
        return {entrant_of(each): each.strategy.distributed for each in planned if each.trial.strategy != CONTROL}

    def sizes(self) -> list[int]:
        """Return the sizes that could be measured; raises as `Ladder.sizes`."""
        return self.ladder.sizes(self.asked, max(self.request.workers))


def entrant_of(planned: PlannedTrial) -> Entrant:
    """Return who runs a trial."""
    return planned.trial.strategy, planned.trial.workers
