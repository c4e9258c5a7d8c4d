"""What an answer is: a file for each kind of problem, and their one table."""

from collections.abc import Iterable

from bench.kinds import Kinds
from bench.problems.base import InvalidAnswerError, Problem
from bench.problems.binary import BINARY
from bench.problems.metrics import Grading, Metric
from bench.problems.multiclass import MULTICLASS
from bench.problems.regression import REGRESSION

# Words of tables and exports, beside which each grade has a column by its name.
_WORDS = """
    case cores cost cost_measured cpu cpu_rows cpu_s currency dataset disturbed energy energy_j environment family
    foreign_cpu_share gpu gpu_energy gpu_energy_j gpu_memory interval log machine max_difference memory
    peak_memory_bytes phase rate reason record repeat rows rows_per_s rows_per_s_warm run seed setup stall_share
    started_at status steal_share strategy task threads_per_worker time time_to_model_s time_to_predictions_s wall_s
    workers
"""
RESERVED = frozenset(_WORDS.split())
PREFIXES = ("phase_", "cost_")  # of columns of phases


def taken_name(grading: Grading) -> str | None:
    """Return the fault of grades that a package brings, as the rest of a sentence; ``None`` where they have none."""
    if not grading.metrics:
        return "has no grade"
    names = [metric.name for metric in grading.metrics]
    taken = [name for name in names if name in RESERVED or name.startswith(PREFIXES)]
    return f"calls a grade {taken[0]!r}, which tables have a column for: call it something else" if taken else None


OWN = (BINARY, MULTICLASS, REGRESSION)
PROBLEMS: Kinds[Problem] = Kinds(
    "kind of problem", "bench.problems", Problem, {problem.name: problem for problem in OWN}, taken_name
)
DEFAULT = BINARY.name  # of datasets and records from before there were kinds


def problem_of(facts: object) -> Problem:
    """Return the kind of problem that a dataset or a record's trial is of.

    Args:
        facts: A dataset; or, out of a file, what is said of one.
    """
    named = facts.get("problem") if isinstance(facts, dict) else getattr(facts, "problem", None)
    return PROBLEMS[named or DEFAULT]


def metrics_of(gradings: Iterable[Grading]) -> list[Metric]:
    """Return the grades of problems or tasks, one of each name, in their order.

    Args:
        gradings: What answers are graded by, each as often as it likes.
    """
    found: dict[str, Metric] = {}
    for grading in dict.fromkeys(gradings):
        for metric in grading.metrics:
            found.setdefault(metric.name, metric)
    return list(found.values())


__all__ = ["DEFAULT", "PROBLEMS", "Grading", "InvalidAnswerError", "Metric", "Problem", "metrics_of", "problem_of"]
