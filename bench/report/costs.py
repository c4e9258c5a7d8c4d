"""What each case costs, phase by phase, the same in every format of the report; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.findings.names import marked_name
from bench.findings.phases import ORDER, OTHER, PhaseStack
from bench.records.costs import HOUR_S
from bench.writing import figures
from bench.writing.clean import shown

CHARGED = "whole machines, or cores, from its start to its end, the driver's included"
CAPTION = f"What it costs, in the repeat with the median wall time: {CHARGED}"


def table(stacks: Sequence[PhaseStack]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings and a row for each case that has a price: of its trial, the whole and each stretch.

    Args:
        stacks: The trials that stand for the cases.
    """
    priced = [stack for stack in stacks if stack.cost]
    if not priced:
        return (), []
    named = {name for stack in priced for name in stack.seconds}
    order = [*(name for name in ORDER if name in named), *sorted(named - {*ORDER, OTHER}), OTHER]
    rows = [
        (
            marked_name(stack.case),
            figures.money(stack.cost["total"], stack.cost["currency"]),
            *(
                figures.digits(stack.seconds[name] * stack.cost["hour"] / HOUR_S) if name in stack.seconds else ""
                for name in order
            ),
        )
        for stack in priced
    ]
    return ("case", "whole trial", *map(shown, order)), rows
