"""Tests of what a strategy states of its times, for `bench advise`; a strategy that states nothing skips them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bench import plugins
from bench.families import settings
from bench.scaling import LIMITS, MEMORY, REST, Scale, Terms

ROWS = tuple(100_000.0 * 2**power for power in range(5))
WORKERS = (1, 2, 4)
FEATURES, CORES = 28, 4
MOST_ALIKE = 1e6  # condition number of the scaled terms of a phase


class ScalingContract:
    """The tests of the hook ``bench_scaling``; a part of `bench.testing.StrategyContract`."""

    strategy: str

    def test_its_terms_are_amounts(self) -> None:
        """Each is a number of at least nothing, the same whenever it is asked for, and none falls with the rows."""
        for workers in self._workers():
            before: Terms = {}
            for rows in ROWS:
                found = self._terms(rows, workers)
                assert found == self._terms(rows, workers), "the terms depend on nothing but the scale"
                for phase, terms in found.items():
                    for name, amount in terms.items():
                        assert math.isfinite(amount), f"{phase}: {name} is no number"
                        assert amount >= before.get(phase, {}).get(name, 0.0), f"{phase}: {name} falls with the rows"
                before = found

    def test_its_terms_can_be_told_apart(self) -> None:
        """On five sizes, and three numbers of workers, no term of a phase is a mixture of its others."""
        scales = [(rows, workers) for rows in ROWS for workers in self._workers()]
        found = [self._terms(rows, workers) for rows, workers in scales]
        for phase in found[0].keys() - {LIMITS}:  # which nothing is fitted to
            assert all(each[phase].keys() == found[0][phase].keys() for each in found), f"{phase}: terms come and go"
            columns = np.array([[*each[phase].values()] for each in found])
            scaled = columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300)
            assert np.linalg.cond(scaled) < MOST_ALIKE, f"{phase}: two terms are alike, so state one of them"

    def test_something_grows_with_the_rows(self) -> None:
        """More rows take more time: where every phase is stated, one of them grows."""
        few, many = (self._terms(rows, 1) for rows in (ROWS[0], ROWS[-1]))
        phases = few.keys() - {MEMORY, LIMITS}
        assert REST not in few or any(sum(many[each].values()) > sum(few[each].values()) for each in phases)

    def test_its_terms_are_of_its_own_phases(self, record: dict[str, Any]) -> None:
        """Each phase that it states is an inner phase of a trial: a name that is misspelt would state nothing."""
        stated = self._terms(ROWS[0], 1).keys() - {MEMORY, LIMITS, REST}
        assert stated <= record["inner"].keys(), f"there are {sorted(record['inner'])}"

    def _workers(self) -> tuple[int, ...]:
        return WORKERS if plugins.load(self.strategy).strategy.distributed else (1,)

    def _terms(self, rows: float, workers: int) -> Terms:
        plugin = plugins.load(self.strategy)
        if not plugin.has("bench_scaling"):
            pytest.skip("it states nothing of its times")
        defaults = {name: setting.default for name, setting in settings().items()}
        found: Terms = plugin.hook.bench_scaling(
            at=Scale(rows, FEATURES, workers, CORES, max(1, CORES // workers), defaults)
        )
        return found
