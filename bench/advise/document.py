"""Writes advice as JSON, which ``schemas/advice-1.json`` describes; pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bench import scrub
from bench.advise.advice import Advice
from bench.advise.forecast import Forecast
from bench.advise.market import Market
from bench.advise.offers import SiteOffer
from bench.advise.prospects import Prospect
from bench.findings.given import network_of
from bench.records.schema import check

SCHEMA = 1
TABLE = ("label", "features", "problem", "fingerprint")


def as_document(advice: Advice, market: Market | None = None) -> dict[str, Any]:
    """Return the advice as JSON values, checked against the schema.

    Args:
        advice: The advice.
        market: What is known of places; None where nobody asked.
    """
    decision, table = advice.field.decision, advice.table
    refused = advice.refusal
    document = {
        "schema": SCHEMA,
        "calibration": {
            "version": table.version,
            "curves": table.curves,
            "own": table.own,
            "times80": table.times[0.80],
            "times95": table.times[0.95],
        },
        "question": {
            "rows": int(advice.question.rows),
            "task": advice.task.name,
            "task_rows": round(advice.asked),
            "features": advice.features,
            "cores": advice.environment["cores"],
            "memory_bytes": advice.environment["host"]["memory_bytes"],
            "memory_share": advice.question.memory_share,
            "allow_extrapolation": advice.question.beyond,
            "environment": scrub.anything(advice.environment),
            "network": network_of(advice.runs[0]),
            "table": {name: advice.runs[0].run["dataset"].get(name) for name in TABLE},
            "request": scrub.anything(advice.runs[0].run["request"]),
            "runs": [run.directory.name for run in advice.runs],
        },
        "verdict": decision.verdict if decision else "refused",
        "recommended": advice.recommended.contender.name if advice.recommended else None,
        "may_be_best": list(decision.may_be_best) if decision else [],
        "reason": refused.reason if refused else None,
        "code": refused.code if refused else None,
        "next": refused.next if refused else None,
        "metric": advice.metric.name,
        "unmeasured": list(advice.data.unmeasured),
        "farthest": _farthest(advice.farthest) if advice.farthest else None,
        "contenders": [_contender(advice, each) for each in advice.field.prospects],
        "crossings": [
            {
                "challenger": each.challenger,
                "not_before_rows": each.not_before / advice.share,
                "surely_from_rows": each.surely_from / advice.share if each.surely_from else None,
            }
            for each in advice.field.crossings
        ],
        "market": market_values(market) if market else None,
    }
    check(document, "advice", SCHEMA, "This advice has")
    return document


def _farthest(found: Advice) -> dict[str, Any]:
    """Return what is said of the most rows that are within reach."""
    decision, best = found.field.decision, found.recommended
    return {
        "rows": int(found.question.rows),
        "verdict": decision.verdict if decision else "refused",
        "recommended": best.contender.name if best else None,
        "may_be_best": list(decision.may_be_best) if decision else [],
        "time_s": _figure(best.time) if best else None,
    }


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
        "memory_host": each.host if each.memory else None,
        "grade": asdict(each.grade) if each.grade else None,
        "more_rows_worth_it": advice.worth_it(each) if each.grade else None,
        "chance": each.chance,
        "beyond_reach_s": each.beyond_s if advice.question.beyond else None,
    }


def _figure(found: Forecast | None) -> dict[str, float | None] | None:
    return asdict(found) if found else None


def market_values(market: Market) -> dict[str, Any]:
    """Return what is known of places, as JSON values.

    Args:
        market: The answer.
    """
    question = market.question
    return {
        "goal": question.goal,
        "deadline_s": question.deadline_s,
        "max_cost": question.most_cost,
        "checkpoint_every_s": question.saved.every_s if question.saved else None,
        "checkpoint_takes_s": question.saved.write_s if question.saved else None,
        "currency": question.prices.currency if question.prices else None,
        "prices_as_of": question.prices.as_of.isoformat() if question.prices else None,
        "verdict": market.verdict or "refused",
        "recommended": 0 if market.best and market.verdict != "tie" else None,
        "may_be_best": [market.offers.index(each) for each in market.may_be_best],
        "unknown": list(market.unknown),
        "if_30_percent_dearer": _offer(market.if_dearer) if market.if_dearer else None,
        "offers": [_offer(each) for each in market.offers],
    }


def _offer(each: SiteOffer) -> dict[str, Any]:
    refusal, site = each.refusal, each.site
    return {
        "contender": each.prospect.contender.name,
        "machine": site.name,
        "nodes": site.nodes,
        "spot": each.spot,
        "memory_bytes": site.memory_bytes,
        "status": "refused" if refusal else "forecast",
        "code": refusal.code if refusal else None,
        "reason": refusal.reason if refusal else None,
        "next": refusal.next if refusal else None,
        "time_s": None if refusal or not each.time else _figure(each.time.forecast),
        "total_s": None if refusal or not each.total else asdict(each.total),
        "cost": None if refusal or not each.cost else asdict(each.cost),
        "chance": each.chance,
    }
