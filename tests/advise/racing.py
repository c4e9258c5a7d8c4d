"""Runs a race whose trials are made up: what is measured when, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.race import Entrant, Halt, RaceState, Round, next_step, trial_s
from bench.problems.binary import BINARY
from bench.records.directory import Run
from tests.advise.measured import Maker, rung

SIZES = tuple(50_000 * 2**power for power in range(12))


@dataclass
class MadeRace:
    """A race, and what came of it.

    Attributes:
        makers: The strategies by name.
        asked: The rows asked for.
        budget_s: Seconds for all of it.
        sizes: The sizes that could be measured.
        overhead_s: Seconds of a trial beside those that it is judged by.
        rounds: What was measured.
        spent_s: Seconds that it took.
    """

    makers: Mapping[str, Maker]
    asked: float
    budget_s: float
    sizes: Sequence[int] = SIZES
    overhead_s: float = 5.0
    rounds: list[Round] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    spent_s: float = 0.0
    advice: Advice | None = None

    def state(self) -> RaceState:
        """What is known so far."""
        entrants: dict[Entrant, bool] = {(name, made.workers): made.workers > 1 for name, made in self.makers.items()}
        known = self.advice.field if self.advice else None
        measured = [step.rows for step in self.rounds]
        sizes = [size for size in self.sizes if size < self.asked]
        return RaceState(entrants, sizes, measured, self.budget_s - self.spent_s, known, BINARY.metrics[0])

    def run(self) -> Halt:
        """Measure until it is over."""
        while isinstance(step := next_step(self.state()), Round):
            self.measure(step)
        return step

    def measure(self, step: Round) -> None:
        """Measure one size, as far as there is time."""
        for name, workers in step.entrants:
            if trial_s(self.state(), (name, workers), step.rows) <= self.state().left_s:
                run = rung({name: self.makers[name]}, step.rows)
                took_s = run.records[0]["wall_s"] = run.records[0]["wall_s"] + self.overhead_s
                if self.spent_s + took_s <= self.budget_s:  # else it is ended, and says nothing
                    self.runs.append(run)
                self.spent_s = min(self.budget_s, self.spent_s + took_s)
        self.rounds.append(step)
        self.advice = advise(self.runs, SizeQuestion(self.asked))

    def names(self, place: int) -> set[str]:
        """Who was measured in a round."""
        return {name for name, _ in self.rounds[place].entrants}
