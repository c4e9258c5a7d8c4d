"""The facts that all hand-offs share."""

from __future__ import annotations

from bench import Strategy

PROBLEMS = ("binary", "multiclass", "regression")


def facts(
    recommended: str = "",
    *,
    needs: tuple[str, ...] = (),
    extras: str = "spark",
    floor: bool = False,
    left_out: str = "",
) -> Strategy:
    """Return the facts about a hand-off.

    Args:
        recommended: The use that its documentation recommends it for.
        needs: Import names beside those of Spark and Arrow.
        extras: Extras of our package that bring them.
        floor: Whether it gives trainers no row, and shows what any way must at least cost.
        left_out: Why `bench run` leaves it out where no strategy is named.
    """
    return Strategy(
        family="handoff_floor" if floor else "handoff",
        needs=("pyspark", "pyarrow", *needs),
        install=f"tf-spark-bench[{extras}]",
        distributed=True,
        tasks=("handoff",),
        problems=PROBLEMS,
        weights=True,
        most_categories=2**31,
        recommended=recommended,
        left_out=left_out,
    )
