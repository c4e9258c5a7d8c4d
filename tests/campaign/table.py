"""Writes the table of docs/explanation/reliability.md out of the plans that were kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.campaign.invariants import NAMES

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "results" / "campaign" / "plans.jsonl"
PAGE = ROOT / "docs" / "explanation" / "reliability.md"
LAST = 500
NOTICE = "<!-- Written by `python -m tests.campaign --table`. -->\n"


def write(plans: Path) -> None:
    """Write everything below the notice of the page anew."""
    head, _, _ = PAGE.read_text().partition(NOTICE)
    PAGE.write_text(head + NOTICE + "\n" + table(plans))


def table(plans: Path) -> str:
    """Return the table: for each fault the tries, the hits, and for each invariant how often it did not hold."""
    results = [json.loads(line) for line in plans.read_text().splitlines()]
    faults = sorted({result["fault"] for result in results})
    groups = {fault: [result for result in results if result["fault"] == fault] for fault in faults}
    groups |= {"all": results, f"the last {LAST}": results[-LAST:]}
    lines = [
        f"| fault | plans | hit | {' | '.join(NAMES)} |",
        f"|---|---|---|{'---|' * len(NAMES)}",
        *(_row(label, group) for label, group in groups.items()),
    ]
    works = Counter(result["work"] for result in results)
    told = ", ".join(f"{name} {number}" for name, number in works.most_common())
    seeds = ", ".join(f"{one['seed']} ({one['work']}, {one['fault']})" for one in results if "broken" in one)
    return "\n".join(lines) + f"\n\nPlans by work: {told}.\n\nSeeds that broke an invariant: {seeds or 'none'}.\n"


def _row(label: str, results: list[dict[str, Any]]) -> str:
    hit = sum(bool(result["hit"]) for result in results)
    broken = Counter(invariant for result in results for invariant in result.get("broken", ()))
    return f"| {label} | {len(results)} | {hit} | {' | '.join(str(broken[name] or '') for name in NAMES)} |"
