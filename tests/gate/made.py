"""Makes up measured cases and verdicts, for the tests of their wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from bench.gate.measuring.cases import GateCase
from bench.gate.measuring.measurements import CaseMeasurements, Failure, Pair
from bench.gate.verdict import judgement, verdict
from bench.model import Dataset, Strategy
from bench.records.directory import Record
from bench.request import Request
from bench.runs import plan
from bench.stats.looks import Rules

RULES = Rules()
DATASET = Dataset("tiny", "/tiny", "y", ("x",), 20, 16, 4, (0.0,), (1.0,), "f" * 32)


def case(name: str = "mine", family: str = "gbt", *, distributed: bool = False, problem: str = "binary") -> GateCase:
    """Return a case of both arms."""
    strategy = Strategy(family=family, distributed=distributed, problems=(problem,))
    planned = plan.make(Request(workers=(2,)), {name: strategy}, replace(DATASET, problem=problem))[0]
    trial = planned.trial
    return GateCase((name, "train", "tiny", trial.workers, trial.cores), family, planned, planned)


def record(
    seconds: float, inner: dict[str, float] | None = None, auc: float = 0.8, repeat: int = 1, **resources: Any
) -> Record:
    """Return the part of a train trial's record that matters here."""
    phases = {"start": 0.1, "setup": 1.0, "train": seconds, "predict": 0.2, "teardown": 0.01, "other": 0.01}
    return {
        "trial": {"task": "train", "family": "gbt", "repeat": repeat},
        "status": "ok",
        "reason": None,
        "time_to_model_s": seconds,
        "wall_s": sum(phases.values()),
        "phases": phases,
        "slowest": inner or {},
        "quality": {"auc": auc, "log_loss": 0.5},
        "resources": {"stall_share": 0.0, "foreign_cpu_share": 0.0, "steal_share": 0.0, **resources},
        "notes": {},
    }


def pairs(a: Sequence[Record], b: Sequence[Record], stage: str = "look") -> list[Pair]:
    """Return pairs of records."""
    orders = ["AB", "BA"] * len(a)
    return [Pair(stage, order, one, other, noisy=False) for order, one, other in zip(orders, a, b, strict=False)]


def quiet(number: int, seconds: float, **more: Any) -> list[Record]:
    """Return records that differ by a thousandth or so, and are no ties of others."""
    return [record(seconds * (1 + 0.0007 * at), repeat=at, **more) for at in range(number)]


def measured(ratio: float = 1.0, name: str = "mine", auc: float = 0.8, load: float | None = None) -> CaseMeasurements:
    """Return a case that was measured to its end on a very quiet machine, a slower one with its confirmation.

    Args:
        ratio: Candidate over baseline.
        name: The strategy.
        auc: The candidate's.
        load: Seconds of the candidate's inner phase ``load``, which takes the baseline 0.3 s.
    """
    inner = [{"load": 0.3}, {"load": load}] if load else [None, None]
    found = CaseMeasurements(case(name))
    for stage, number in (("look", 5), *((("confirm", 10),) if abs(ratio - 1) > 0.03 else ())):
        found.pairs += pairs(
            quiet(number, 1.0, inner=inner[0]), quiet(number, ratio * 1.00001, auc=auc, inner=inner[1]), stage
        )
    found.runs = dict.fromkeys(found.runs, len(found.pairs) + 1)
    return found


def graded(problem: str, before: dict[str, float], after: dict[str, float]) -> CaseMeasurements:
    """Return a case of a kind of problem that is as fast as before, with grades of its own.

    Args:
        problem: The kind of problem.
        before: The baseline's grades.
        after: The candidate's.
    """
    found = CaseMeasurements(case(problem=problem))
    arms = [quiet(5, 1.0 + 1e-5 * at) for at in range(2)]
    for records, grades in zip(arms, (before, after), strict=True):
        for one in records:
            one["trial"]["problem"], one["quality"] = problem, grades
    found.pairs += pairs(*arms)
    found.runs = dict.fromkeys(found.runs, len(found.pairs) + 1)
    return found


def failed(arm: str = "candidate", status: str = "failed", reason: str = "ValueError: out of luck") -> CaseMeasurements:
    """Return a case of which a run did not end well."""
    found = CaseMeasurements(case("bad"))
    found.failure = Failure(arm, status, reason)
    return found


def document(entries: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a whole verdict of these entries."""
    whole = {
        "schema": verdict.SCHEMA,
        "state": "finished",
        "exit_code": judgement.exit_code(entries, strict=False),
        "reason": None,
        "night": "night",
        "started_at": "2026-11-24T20:00:00.000Z",
        "ended_at": "2026-11-24T21:00:00.000Z",
        "bench": "0.1.0",
        "command": ["bench", "gate"],
        "request": {"threshold": 0.1, "budget_s": 5400.0, "seed": 7, "strict": False},
        "rules": asdict(RULES),
        "arms": {name: {"label": name, "commit": None, "environment": {}} for name in ("baseline", "candidate")},
        "differences": {},
        "datasets": {"tiny": "f" * 32},
        "warnings": [],
        "cases": entries,
        **changes,
    }
    verdict.validate(whole)
    return whole
