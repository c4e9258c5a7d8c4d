"""The section "Spark against one machine", in words and figures for every format; pure."""

from __future__ import annotations

from bench.findings.engines import EngineComparison, EngineCost
from bench.report.phrases import crossover_rows
from bench.writing import figures

ENGINES = "Spark against one machine"


def engine_costs(found: EngineComparison) -> list[dict[str, str]]:
    """Return the rows of its table, each by the headings of its columns.

    Args:
        found: The comparison.
    """
    return [
        {
            "rows": f"{cost.rows:,}",
            "family": cost.family,
            "on": "one machine" if cost.one_machine else "Spark",
            "pipeline of the least CPU": cost.name,
            "start-up": figures.seconds(cost.start_up_s),
            "raw to scores": figures.marked(figures.seconds(cost.seconds), disturbed=cost.disturbed),
            "raw to model": figures.marked(figures.seconds(cost.model_s), disturbed=cost.disturbed),
            **{name: figures.seconds(value) for name, value in cost.stages_s.items()},
            "CPU": figures.seconds(cost.cpu_s),
            "peak memory": figures.size(cost.memory_bytes),
            "of the machine's": _share(cost, found.machine_bytes),
        }
        for cost in found.costs
    ]


def against_one_machine(found: EngineComparison) -> list[str]:
    """Return what the comparison comes to, a sentence for each family and one on sizes.

    Args:
        found: The comparison.
    """
    pairs: dict[tuple[int, str], dict[bool, EngineCost]] = {}
    for cost in found.costs:
        pairs.setdefault((cost.rows, cost.family), {})[cost.one_machine] = cost
    sentences = []
    for (rows, family), sides in sorted(pairs.items()):
        if len(sides) == 2 and (one := sides[True].cpu_s) and (spark := sides[False].cpu_s):
            times = spark / one
            sentences.append(
                f"{rows:,} rows, {family}: Spark takes {figures.times(times)} times the CPU time of one machine "
                f"({sides[False].name} against {sides[True].name})."
            )
    for family, at in found.crossovers:
        if at is None:
            sentences.append(f"{family}: Spark is faster than one machine on the fewest rows already.")
        elif at.rows is None:
            sentences.append(
                f"{family}: no crossover within the range measured: at {found.rows[-1]:,} rows Spark still takes "
                f"{figures.times(at.times_at_most)} times as long as one machine, the fastest of each."
            )
        else:
            sentences.append(f"{family}: Spark is faster than one machine from {crossover_rows(at)} on.")
    if len(found.rows) == 1:
        sentences.append(
            "All was measured at one size: runs on several, such as flights-raw-10, show from where on Spark pays."
        )
    if any(cost.disturbed for cost in found.costs):
        sentences.append(figures.MARKED)
    return sentences


def _share(cost: EngineCost, machine_bytes: float | None) -> str:
    if not machine_bytes or cost.memory_bytes is None:
        return ""
    return figures.share(cost.memory_bytes / machine_bytes)
