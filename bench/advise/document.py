"""Writes advice as JSON, which ``schemas/advice-1.json`` describes; pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench.advise import calibration
from bench.advise.advice import Advice
from bench.advise.forecast import Forecast
from bench.advise.prospects import Prospect
from bench.records.schema import check

SCHEMA = 1


def as_document(advice: Advice) -> dict[str, Any]:
    """Return the advice as JSON values, checked against the schema.

    Args:
        advice: The advice.
    """
    decision, table = advice.field.decision, calibration.load()
    refused = advice.refusal
    document = {
        "schema": SCHEMA,
        "calibration": {"version": table.version, "curves": table.curves},
        "question": {
            "rows": int(advice.question.rows),
            "task": advice.task.name,
            "task_rows": round(advice.asked),
            "features": advice.features,
            "cores": advice.environment["cores"],
            "memory_bytes": advice.environment["host"]["memory_bytes"],
            "memory_share": advice.question.memory_share,
            "runs": list(advice.runs),
        },
        "verdict": decision.verdict if decision else "refused",
        "recommended": advice.recommended.contender.name if advice.recommended else None,
        "may_be_best": list(decision.may_be_best) if decision else [],
        "reason": refused.reason if refused else None,
        "code": refused.code if refused else None,
        "next": refused.next if refused else None,
        "metric": advice.metric.name,
        "contenders": [_contender(advice, each) for each in advice.field.prospects],
        "crossings": [
            {
                "challenger": each.challenger,
                "not_before_rows": each.not_before / advice.share,
                "surely_from_rows": each.surely_from / advice.share if each.surely_from else None,
            }
            for each in advice.field.crossings
        ],
    }
    check(document, "advice", SCHEMA, "This advice has")
    return document


def _contender(advice: Advice, each: Prospect) -> dict[str, Any]:
    refusal = each.refusal
    return {
        "name": each.contender.name,
        "strategy": each.contender.strategy,
        "workers": each.contender.workers,
        "status": "refused" if refusal else "forecast",
        "code": refusal.code if refusal else None,
        "reason": refusal.reason if refusal else None,
        "next": refusal.next if refusal else None,
        "largest_task_rows": round(each.contender.largest.at.rows),
        "time_s": _figure(each.time),
        "memory_bytes": _figure(each.memory),
        "grade": asdict(each.grade) if each.grade else None,
        "more_rows_worth_it": advice.worth_it(each) if each.grade else None,
        "chance": each.chance,
    }


def _figure(found: Forecast | None) -> dict[str, float | None] | None:
    return asdict(found) if found else None
