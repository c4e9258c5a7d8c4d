"""Simulated nights: three models of a machine's noise, and the gate's procedure on thousands of cases at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.stats.looks import LookResult, Rules, confirm, first_look, second_look

RULES = Rules()
NOISES = ("iid", "tail", "drift")
ABBA = "ABBA"


def noise(model: str, shape: tuple[int, int], cv: float, generator: np.random.Generator) -> np.ndarray:
    """Return log times of runs, one after the other, of a machine that is simulated.

    Args:
        model: ``iid``: log-normal. ``tail``: the same, with 10 % of the runs delayed further by an exponential of mean
            4 CV. ``drift``: 70 % of the variance is a machine state that wanders, AR(1) with rho = 0.9.
        shape: Cases and runs.
        cv: Coefficient of variation of a run.
        generator: Source of chance.
    """
    log = generator.normal(0, cv, shape)
    if model == "tail":
        return log + np.log1p((generator.random(shape) < 0.1) * generator.exponential(4 * cv, shape))
    if model == "drift":
        shocks = generator.normal(0, 1, shape)
        state = np.empty(shape)
        state[:, 0] = shocks[:, 0]
        for run in range(1, shape[1]):
            state[:, run] = 0.9 * state[:, run - 1] + np.sqrt(1 - 0.81) * shocks[:, run]
        return np.sqrt(0.3) * log + np.sqrt(0.7) * cv * state
    return log


@dataclass(frozen=True)
class Nights:
    """The shares of the simulated cases, by outcome.

    Attributes:
        flagged: Stood out as slower at a look.
        confirmed: Ended as ``regression``.
        improved: Ended as ``improvement``.
        ok: Ended as ``ok``.
        runs: Mean number of runs of a case.
    """

    flagged: float
    confirmed: float
    improved: float
    ok: float
    runs: float


def nights(
    model: str, cv: float, slowdown: float, cases: int, seed: int, order: str = ABBA, rules: Rules = RULES
) -> Nights:
    """Let the gate judge simulated cases.

    Args:
        model: Model of the noise.
        cv: Coefficient of variation of a run.
        slowdown: The share by which the candidate takes longer.
        cases: How many.
        seed: Seed of all chance.
        order: Arms in the order in which they run, repeated as often as needed.
        rules: The procedure's numbers.
    """
    generator = np.random.default_rng(seed)
    # A stage is a stretch of runs of its own: between the looks and the confirmation other cases run.
    screening = noise(model, (cases, 2 * rules.all_pairs), cv, generator)
    fresh = noise(model, (cases, 2 * rules.confirm_pairs), cv, generator)
    (a, b), (c, d) = _arms(screening, order), _arms(fresh, order)
    return _judged((np.exp(a), np.exp(b) * (1 + slowdown)), (np.exp(c), np.exp(d) * (1 + slowdown)), rules)


def _arms(log: np.ndarray, order: str) -> tuple[np.ndarray, np.ndarray]:
    arms = np.array(list(order * (log.shape[1] // len(order))))
    return log[:, arms == "A"], log[:, arms == "B"]


def _judged(screening: tuple[np.ndarray, ...], fresh: tuple[np.ndarray, ...], rules: Rules) -> Nights:
    first = first_look(*(arm[:, : rules.first_pairs] for arm in screening), rules)
    longer = np.isin(first, [LookResult.MORE, LookResult.ASSURE])
    found = np.where(longer, second_look(*screening, rules), first)
    flagged = np.isin(found, [LookResult.SLOWER, LookResult.FASTER])
    final = np.where(flagged, confirm(*fresh, found, rules), found)
    runs = rules.first_pairs + longer * (rules.all_pairs - rules.first_pairs) + flagged * rules.confirm_pairs
    return Nights(
        flagged=float(np.mean(found == LookResult.SLOWER)),
        confirmed=float(np.mean(final == LookResult.REGRESSION)),
        improved=float(np.mean(final == LookResult.IMPROVEMENT)),
        ok=float(np.mean(final == LookResult.OK)),
        runs=2 * float(np.mean(runs)),
    )
