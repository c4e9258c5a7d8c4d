"""The measurements of one case in a night so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.gate.measuring.cases import GateCase, seconds_of, unable
from bench.gate.request import ARMS
from bench.records.directory import Record
from bench.stats.looks import Rules
from bench.stats.sequential import PairRequest, Pairs, Verdict, cut_short, next_step


@dataclass(frozen=True)
class Pair:
    """A run of each arm, one right after the other.

    Attributes:
        stage: Its purpose: ``look``, ``more``, ``assure`` or ``confirm``.
        order: ``AB`` or ``BA``; A is the baseline.
        baseline: Its record.
        candidate: Its record.
        noisy: Whether the machine was disturbed during one of them, even after the retries.
    """

    stage: str
    order: str
    baseline: Record
    candidate: Record
    noisy: bool

    @property
    def a_s(self) -> float:
        """Seconds of the baseline."""
        return seconds_of(self.baseline)

    @property
    def b_s(self) -> float:
        """Seconds of the candidate."""
        return seconds_of(self.candidate)


@dataclass(frozen=True)
class Failure:
    """A run that did not end well, which ends the measuring of its case.

    Attributes:
        arm: ``baseline`` or ``candidate``.
        status: The record's status.
        reason: The record's reason.
    """

    arm: str
    status: str
    reason: str


@dataclass
class CaseMeasurements:
    """A case and its measurements so far; the one mutable thing of a night.

    Attributes:
        case: The case.
        pairs: Its pairs, in the order in which they were measured.
        warm_ups: The discarded first run of each arm, by arm; graded all the same.
        skips: The reason for which the strategy skipped a warm-up, by arm.
        failure: The run that did not end well, if one did.
        runs: Number of its runs, by arm.
        retries: Number of its runs that were repeated because the machine was disturbed.
        walls: Wall seconds of all its runs so far, by arm.
        out_of_time: Whether the time ended before it was settled.
    """

    case: GateCase
    pairs: list[Pair] = field(default_factory=list)
    warm_ups: dict[str, Record] = field(default_factory=dict)
    skips: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    runs: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ARMS.values(), 0))
    retries: int = 0
    walls: dict[str, list[float]] = field(default_factory=lambda: {arm: [] for arm in ARMS.values()})
    out_of_time: bool = False

    @property
    def unable(self) -> tuple[str, str] | None:
        """Verdict and reason of a case that its strategy skips in one arm or in both; None where a run went wrong."""
        if self.failure is None or self.failure.status != "skipped":
            return None
        return unable(self.skips.get("baseline"), self.skips.get("candidate"))

    @property
    def confirmation(self) -> list[Pair]:
        """The fresh pairs of the confirmation."""
        return [pair for pair in self.pairs if pair.stage == "confirm"]

    @property
    def screening(self) -> list[Pair]:
        """The pairs of the looks."""
        return [pair for pair in self.pairs if pair.stage != "confirm"]

    @property
    def counting(self) -> list[Pair]:
        """The pairs that decide: the fresh ones, or the pairs of the looks where there are none."""
        return self.confirmation or self.screening

    @property
    def pair_s(self) -> float:
        """Wall seconds of a pair: the longest run of each arm so far."""
        return sum(max(walls, default=0.0) for walls in self.walls.values())

    def next(self, rules: Rules) -> PairRequest | Verdict | None:
        """Return the stage that the case needs next, or its verdict; None where it has failed.

        Args:
            rules: The numbers of the procedure.
        """
        if self.failure:
            return None
        if self.out_of_time:
            return self.so_far(rules)
        return next_step(_seconds(self.screening), _seconds(self.confirmation), rules)

    def so_far(self, rules: Rules) -> Verdict | None:
        """Return the verdict on the pairs so far; None where the case has failed.

        Args:
            rules: The numbers of the procedure.
        """
        return None if self.failure else cut_short(_seconds(self.screening), _seconds(self.confirmation), rules)

    def records(self, arm: str) -> Iterator[Record]:
        """Yield the records of one arm that ended well, the warm-up's first."""
        if arm in self.warm_ups:
            yield self.warm_ups[arm]
        for pair in self.pairs:
            yield pair.baseline if arm == "baseline" else pair.candidate


def _seconds(pairs: list[Pair]) -> Pairs:
    return Pairs([pair.a_s for pair in pairs], [pair.b_s for pair in pairs])
