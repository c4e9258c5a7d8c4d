"""Turns the measurements of each case into its entry of the verdict, and all entries into the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from bench.errors import EXIT_FAILED, EXIT_INCONCLUSIVE, EXIT_NOTHING_RAN, EXIT_WORSE
from bench.findings.grades import grades, worse_grades
from bench.gate.measuring.cases import AbsentCase
from bench.gate.measuring.measurements import CaseMeasurements, Pair
from bench.gate.request import Key
from bench.gate.verdict.phases import changes, culprit, noteworthy
from bench.gate.verdict.verdict import VerdictEntry, disturbed_pairs
from bench.problems import Grading
from bench.stats.looks import Rules
from bench.stats.sequential import Verdict
from bench.tasks import TASKS

Grades = dict[str, float]


def entry(measured: CaseMeasurements, rules: Rules, reference: Grades | None = None) -> VerdictEntry:
    """Return the verdict's entry of a case that was measured.

    Args:
        measured: The case.
        rules: The numbers of the procedure.
        reference: Recorded grades that the candidate must reach; by default those of the baseline in this session.
    """
    pairs = [_pair(pair) for pair in measured.pairs]
    disturbed = disturbed_pairs(pairs)
    speed = measured.so_far(rules)
    if speed and disturbed:  # times that others spoilt confirm nothing, neither a change nor that there is none
        speed = replace(speed, outcome="inconclusive")
    graded = {arm: _grades(measured, arm) for arm in ("baseline", "candidate")}
    worse = _worse(graded["candidate"], reference or graded["baseline"], measured.case.candidate.grading)
    found = changes(measured.counting) if measured.counting else []
    hook = TASKS[measured.case.key[1]].measured
    phase = culprit(found, hook, slower=speed.outcome == "regression") if speed and speed.flagged else None
    result: VerdictEntry = {
        "case": case_facts(measured.case.key, measured.case.family),
        "verdict": _name(measured, speed, worse),
        "speed": speed.outcome if speed else None,
        "ratio": asdict(speed.ratio) if speed and speed.ratio else None,
        "smallest_change": speed.smallest_change if speed else None,
        "flagged": bool(speed and speed.flagged),
        "out_of_time": measured.out_of_time,
        "phase": phase and {**asdict(phase), "ratio": phase.ratio and asdict(phase.ratio)},
        "phases": {
            change.name: {"baseline_s": change.baseline_s, "candidate_s": change.candidate_s} for change in found
        },
        "notices": [
            f"{change.name} takes {change.candidate_s:.3g} s instead of {change.baseline_s:.3g} s"
            for change in noteworthy(found, hook, rules.threshold)
        ],
        "quality": {**graded, "reference": dict(reference) if reference else graded["baseline"]},
        "pairs": pairs,
        "runs": sum(measured.runs.values()),
        "retries": measured.retries,
        "noisy": sum(pair.noisy for pair in measured.pairs),
    }
    return {**result, "reason": _reason(measured, result, worse, rules)}


def is_worse(measured: CaseMeasurements, reference: Grades | None = None) -> bool:
    """Return whether the grades so far are worse than the tolerance allows; arguments as for `entry`."""
    grading = measured.case.candidate.grading
    return bool(_worse(_grades(measured, "candidate"), reference or _grades(measured, "baseline"), grading))


def absent_entry(case: AbsentCase) -> VerdictEntry:
    """Return the verdict's entry of a case that was not measured."""
    return {
        "case": case_facts(case.key, None),
        "verdict": case.verdict,
        "speed": None,
        "ratio": None,
        "smallest_change": None,
        "flagged": False,
        "out_of_time": False,
        "phase": None,
        "phases": {},
        "notices": [],
        "quality": None,
        "pairs": [],
        "runs": 0,
        "retries": 0,
        "noisy": 0,
        "reason": case.reason,
    }


def case_facts(key: Key, family: str | None) -> dict[str, Any]:
    """Return a case's facts by name."""
    return {**dict(zip(("strategy", "task", "dataset", "workers", "cores"), key, strict=True)), "family": family}


def exit_code(entries: Iterable[VerdictEntry], *, strict: bool) -> int:
    """Return the exit code that the entries call for.

    A finding about the code comes before a case that could not be measured: first a worse answer, then a confirmed
    slowdown, then a case that is missing or broken, then an inconclusive one.

    Args:
        entries: Out of `entry` and `absent_entry`.
        strict: Whether an inconclusive case fails.
    """
    verdicts = {found["verdict"] for found in entries}
    speeds = {found["speed"] for found in entries}
    if "worse" in verdicts:
        return EXIT_WORSE
    if "regression" in speeds:
        return EXIT_FAILED
    if verdicts & {"missing", "broken"} or not verdicts & {"ok", "improvement", "inconclusive"}:
        return EXIT_NOTHING_RAN
    return EXIT_INCONCLUSIVE if strict and "inconclusive" in verdicts else 0


def _name(measured: CaseMeasurements, speed: Verdict | None, worse: list[str]) -> str:
    failure = measured.failure
    if worse or (failure and failure.arm == "candidate" and failure.status == "invalid"):
        return "worse"
    return "broken" if failure or speed is None else speed.outcome


def _grades(measured: CaseMeasurements, arm: str) -> Grades | None:
    return grades(measured.records(arm)) or None


def _worse(candidate: Grades | None, reference: Grades | None, grading: Grading) -> list[str]:
    return worse_grades(candidate, reference, grading) if candidate and reference else []


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "stage": pair.stage,
        "order": pair.order,
        "baseline_s": pair.a_s,
        "candidate_s": pair.b_s,
        "baseline_repeat": pair.baseline["trial"]["repeat"],
        "candidate_repeat": pair.candidate["trial"]["repeat"],
        "noisy": pair.noisy,
    }


def _reason(measured: CaseMeasurements, found: VerdictEntry, worse: list[str], rules: Rules) -> str:
    """Return the sentence that explains the verdict."""
    if measured.failure and found["verdict"] in ("broken", "worse"):
        failure = measured.failure
        return f"A run of the {failure.arm} ended as {failure.status}: {failure.reason}"
    sentences = [f"The answer got worse: {'; '.join(worse)}."] if worse else []
    return " ".join([*sentences, _speed(found, rules), *(f"Beside it, {notice}." for notice in found["notices"])])


def _speed(found: VerdictEntry, rules: Rules) -> str:
    if found["ratio"] is None:
        return "There was no time to measure it."
    ratio, speed, disturbed = found["ratio"], found["speed"], disturbed_pairs(found["pairs"])
    interval = "" if ratio["low"] is None else f", 95 % interval {ratio['low']:.3f} to {ratio['high']:.3f}"
    figure = f"{ratio['estimate']:.3f} times the baseline's time ({ratio['n_b']} pairs{interval})"
    if speed in ("regression", "improvement"):
        return f"Confirmed: {figure}{_where(found)}."
    if speed == "ok":
        return f"{figure}: no slowdown of {rules.threshold:.0%} or more."
    if disturbed:
        again = f"{disturbed} of {ratio['n_b']} pairs were disturbed in spite of all retries"
        return f"{figure}: {again}, so that nothing is confirmed. Measure it on a quiet machine."
    seen = found["smallest_change"]
    could = f"this night could have seen a slowdown of {seen:.0%}" if seen else "it was never looked at"
    doubt = "it stood out and was not confirmed, and " if found["flagged"] else ""
    cut = ", and time was up" if found["out_of_time"] else ""
    return f"{figure}: {doubt}{could}{cut}."


def _where(found: VerdictEntry) -> str:
    phase = found["phase"]
    if not phase:
        return ""
    return f", in {phase['name']}: {phase['candidate_s']:.3g} s instead of {phase['baseline_s']:.3g} s"
