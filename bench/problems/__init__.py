"""What an answer is: a file for each kind of problem, and their one table."""

from collections.abc import Iterable

from bench.kinds import Kinds
from bench.problems.base import InvalidAnswerError, Metric, Problem
from bench.problems.binary import BINARY

PROBLEMS: Kinds[Problem] = Kinds("kind of problem", "bench.problems", {"binary": BINARY})
DEFAULT = BINARY.name  # of datasets and records from before there were kinds


def problem_of(facts: object) -> Problem:
    """Return the kind of problem that a dataset or a record's trial is of.

    Args:
        facts: A dataset; or, out of a file, what is said of one.
    """
    named = facts.get("problem") if isinstance(facts, dict) else getattr(facts, "problem", None)
    return PROBLEMS[named or DEFAULT]


def metrics_of(problems: Iterable[Problem]) -> list[Metric]:
    """Return the grades of problems, one of each name, in the order of the problems.

    Args:
        problems: The kinds of problem, each as often as it likes.
    """
    found: dict[str, Metric] = {}
    for problem in dict.fromkeys(problems):
        for metric in problem.metrics:
            found.setdefault(metric.name, metric)
    return list(found.values())


__all__ = ["DEFAULT", "PROBLEMS", "InvalidAnswerError", "Metric", "Problem", "metrics_of", "problem_of"]
