"""Headline, order and figures of a verdict, for all its forms."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.gate.measuring.cases import named
from bench.gate.request import Key
from bench.gate.verdict.verdict import Document, VerdictEntry
from bench.writing.clean import REASON_LIMIT, shown

# The most important first.
WEIGHT = ("worse", "regression", "missing", "broken", "inconclusive", "improvement", "ok", "new", "skipped", "left_out")
MEANINGS = {
    "worse": "the answer got worse, whatever the speed",
    "regression": "a confirmed slowdown",
    "missing": "the candidate has lost it",
    "broken": "a run did not end well",
    "inconclusive": "neither a confirmed change nor surely none",
    "improvement": "a confirmed speed-up",
    "ok": "surely no slowdown of the threshold",
    "new": "the baseline does not have it",
    "skipped": "cannot run here",
    "left_out": "no time for it",
}


def ordered(document: Document) -> list[VerdictEntry]:
    """Return the entries, the most important verdicts first, then by name."""
    return sorted(document["cases"], key=lambda entry: (WEIGHT.index(entry["verdict"]), key_of(entry)))


def key_of(entry: VerdictEntry) -> Key:
    """Return a case's key."""
    case = entry["case"]
    return case["strategy"], case["task"], case["dataset"], case["workers"], case["cores"]


def name_of(entry: VerdictEntry, document: Document) -> str:
    """Return the name of a case in a verdict."""
    return shown(named(key_of(entry), [key_of(other) for other in document["cases"]]))


def headline(document: Document) -> str:
    """Return the whole verdict in one line."""
    counts = Counter(entry["verdict"] for entry in document["cases"])
    found = ", ".join(f"{counts[verdict]} {verdict.replace('_', ' ')}" for verdict in WEIGHT if counts[verdict])
    ends = {
        "finished": f"Exit code {document['exit_code']}.",
        "running": "It did not come to its end.",
        "interrupted": "It was interrupted.",
        "failed": f"It failed: {shown(document['reason'] or '', REASON_LIMIT)}",
    }
    return f"{found or 'No case'}. {ends[document['state']]}"


def arms(document: Document) -> str:
    """Return the names of the two arms in a sentence without its full stop."""
    if len(document["arms"]) < 2:
        return "The arms were not made."
    said = [
        f"{shown(arm['label'])}{_commit(arm['commit'], arm['label'])}"
        for arm in (document["arms"]["baseline"], document["arms"]["candidate"])
    ]
    return f"{said[1]} (candidate) against {said[0]} (baseline)"


def _commit(commit: str | None, label: str) -> str:
    return f", commit {commit[:12]}" if commit and commit != label else ""


def banner(document: Document) -> list[str]:
    """Return the sentences that come before the figures: differences between the arms, and warnings."""
    different = [f"{name}: {_value(a)} and {_value(b)}" for name, (a, b) in document["differences"].items()]
    said = [f"The arms differ in more than their code: {'; '.join(different)}."] if different else []
    return [shown(line, REASON_LIMIT) for line in said + document["warnings"]]


def _value(value: Any) -> str:
    return "none" if value is None else str(value)


def figures(entry: VerdictEntry) -> tuple[str, str, str]:
    """Return the ratio, its interval and the number of pairs as text."""
    ratio = entry["ratio"]
    if not ratio:
        return "", "", ""
    interval = "" if ratio["low"] is None else f"{ratio['low']:.3f} to {ratio['high']:.3f}"
    return f"{ratio['estimate']:.3f}", interval, str(ratio["n_b"])


def reason(entry: VerdictEntry) -> str:
    """Return the sentence that explains a verdict, cleaned for display."""
    return shown(entry["reason"], REASON_LIMIT)
