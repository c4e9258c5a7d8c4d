"""Stated terms against the usual ones, where the truth is known: rows times workers, and phases that do not grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from bench.advise.fit import SizePoint, TermsOf, fit, no_terms
from bench.advise.worker_counts import spread
from bench.scaling import REST, Scale, linear, ring, shuffle, steps, tree

ROWS, WORKERS = [1e5 * 2.0**power for power in range(5)], (1, 2, 4)
MESSAGE_S, VALUE_S, GRADIENT = 50e-6, 3.2e-9, 1e6
SETTINGS = {"epochs": 5, "batch_size": 1024}
NOISE = 0.04


def at(rows: float, workers: int = 1) -> Scale:
    """A scale of one feature, so that values are rows, and of a core for each worker, as on a cluster."""
    return Scale(rows, 1, workers, workers, settings=SETTINGS)


def exchange(scale: Scale) -> float:
    """Seconds of gradients that go around a ring after each batch."""
    terms = ring(scale.workers, GRADIENT, steps(scale))
    return MESSAGE_S * terms["ring messages"] + VALUE_S * terms["values sent"]


def network(scale: Scale) -> float:
    """Seconds of a network that exchanges gradients."""
    return 8 + 0.3 * scale.workers + 3e-5 * scale.values + exchange(scale)


def aggregate(scale: Scale) -> float:
    """Seconds of forty aggregations by a tree."""
    return 5 + 2e-5 * scale.values + 40 * (0.05 + 0.02 * tree(scale.workers)["tree levels"])


def network_terms(scale: Scale) -> Mapping[str, Mapping[str, float]]:
    """The terms of `network`."""
    return {REST: {**linear(scale), "workers": scale.workers, **ring(scale.workers, GRADIENT, steps(scale))}}


def aggregate_terms(scale: Scale) -> Mapping[str, Mapping[str, float]]:
    """The terms of `aggregate`."""
    return {REST: {**linear(scale), **tree(scale.workers, 40)}}


def errors(truth: Callable[[Scale], float], terms: TermsOf, asked: Scale, number: int = 60) -> tuple[float, float]:
    """The median and the 90th percentile of the error, as shares."""
    random = np.random.default_rng(2)
    scales = [at(rows, workers) for rows in ROWS for workers in WORKERS for _ in range(2)]
    missed = []
    for _ in range(number):
        points = [SizePoint(each, truth(each) * float(np.exp(random.normal(0, NOISE))), {}) for each in scales]
        missed.append(abs(np.log(fit(points, terms)(asked) / truth(asked))))
    return tuple(np.expm1(np.quantile(missed, [0.5, 0.9])))


@pytest.mark.parametrize(
    ("truth", "terms", "most"),
    [(network, network_terms, 0.25), (aggregate, aggregate_terms, 0.05)],
    ids=["ring", "tree"],
)
def test_stated_terms_tell_what_more_workers_take(truth: Callable[[Scale], float], terms: TermsOf, most: float) -> None:
    """From 1, 2 and 4 workers to 16, and ten times the rows, they miss by little at the 90th percentile.

    The usual terms know no messages, and miss by more in the median. Of a ring, the costs of a message and of a value
    are both found from the times: with a measured network they would be known.
    """
    asked = at(1.6e7, 16)
    stated, usual = errors(truth, terms, asked), errors(truth, no_terms, asked)
    assert stated[1] <= most
    assert stated[0] < usual[0]


def test_an_exchange_that_is_measured_apart_tells_more() -> None:
    """Where ranks measure their exchange, as Horovod's do, 16 workers out of 1, 2 and 4 are missed by little.

    By 18 % at the 90th percentile; by 10 % it would be if the costs of a message and of a value were known beforehand.
    The usual terms, with work that every worker does, miss by 26 %.
    """
    random, asked = np.random.default_rng(2), at(1.6e7, 16)

    def apart(scale: Scale) -> Mapping[str, Mapping[str, float]]:
        return {"allreduce": ring(scale.workers, GRADIENT, steps(scale))}

    missed: dict[TermsOf, list[float]] = {apart: [], no_terms: []}
    for _ in range(60):
        points = []
        for scale in (at(rows, workers) for rows in ROWS for workers in WORKERS for _ in range(2)):
            sent, rest = (exchange(scale), network(scale) - exchange(scale)) * np.exp(random.normal(0, NOISE, 2))
            points.append(SizePoint(scale, float(sent + rest), {"allreduce": max(1e-6, float(sent))}))
        for stated, found in missed.items():
            found.append(abs(np.log(fit(points, spread(stated))(asked) / network(asked))))
    assert np.expm1(np.quantile(missed[apart], 0.9)) <= 0.20
    assert np.expm1(np.quantile(missed[no_terms], 0.9)) <= 0.30


def test_a_wait_that_does_not_grow_is_no_cost_of_rows() -> None:
    """A rendezvous of a second or none, at random, pulls less at the forecast where it is stated as fixed."""
    random = np.random.default_rng(5)

    def terms(_: Scale) -> Mapping[str, Mapping[str, float]]:
        return {"rendezvous": {"fixed": 1.0}}

    missed: dict[TermsOf, list[float]] = {terms: [], no_terms: []}
    for _ in range(100):
        points = []
        for rows in ROWS:
            work, wait = (0.5 + 2e-6 * rows) * np.exp(random.normal(0, NOISE)), float(random.choice([0.01, 1.0]))
            points.append(SizePoint(at(rows), float(work + wait), {"rendezvous": wait}))
        for stated, found in missed.items():
            found.append(abs(np.log(fit(points, stated)(at(2.56e7)) / (1.0 + 2e-6 * 2.56e7))))
    assert np.median(missed[terms]) < 0.5 * np.median(missed[no_terms])


def test_workers_on_one_machine_share_its_cores() -> None:
    """Each core works on as much whatever the workers, also where there are more of these than cores."""
    assert Scale(1000, 2, workers=1, cores=4, threads_per_worker=4).values_of_a_core == 500
    assert Scale(1000, 2, workers=4, cores=4, threads_per_worker=1).values_of_a_core == 500
    assert Scale(1000, 2, workers=8, cores=4, threads_per_worker=1).values_of_a_core == 500
    assert Scale(1000, 2, workers=2, cores=8, threads_per_worker=2).values_of_a_core == 500, "two nodes of four"


def test_helpers_say_how_much_is_sent() -> None:
    """One worker sends nothing; steps are whole batches of every epoch."""
    assert set(ring(1, GRADIENT, 10).values()) == {0}
    assert ring(4, 100) == {"ring messages": 6, "values sent": 150}
    assert tree(8) == {"tree levels": 3}
    assert shuffle(at(1000)) == {"values shuffled": 0}
    assert shuffle(at(1000, 4)) == {"values shuffled": 187.5}
    assert steps(at(1025)) == 10
