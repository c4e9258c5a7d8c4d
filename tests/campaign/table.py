"""Writes the table of docs/explanation/reliability.md out of the plans that were kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.campaign.invariants import NAMES

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "results" / "campaign" / "plans.jsonl"
PAGE = ROOT / "docs" / "explanation" / "reliability.md"
NOTICE = "<!-- Written by `python -m tests.campaign --table`. -->\n"


def write(plans: Path) -> None:
    """Write everything below the notice of the page anew."""
    head, _, _ = PAGE.read_text().partition(NOTICE)
    PAGE.write_text(head + NOTICE + "\n" + table(plans))


def table(plans: Path) -> str:
    """Return the table: for each fault the tries, the hits, and for each invariant how often it did not hold."""
    results = [json.loads(line) for line in plans.read_text().splitlines()]
    tries = Counter(result["fault"] for result in results)
    hits = Counter(result["fault"] for result in results if result["hit"])
    broken = Counter((result["fault"], invariant) for result in results for invariant in result.get("broken", ()))
    lines = [
        f"| fault | plans | hit | {' | '.join(NAMES)} |",
        f"|---|---|---|{'---|' * len(NAMES)}",
        *(
            f"| {fault} | {tries[fault]} | {hits[fault]} | "
            + " | ".join(str(broken[fault, name] or "") for name in NAMES)
            + " |"
            for fault in sorted(tries)
        ),
        f"| all | {len(results)} | {sum(hits.values())} | "
        + " | ".join(str(sum(broken[fault, name] for fault in tries)) for name in NAMES)
        + " |",
    ]
    works = Counter(result["work"] for result in results)
    told = ", ".join(f"{name} {number}" for name, number in works.most_common())
    return "\n".join(lines) + f"\n\nPlans by work: {told}.\n"
