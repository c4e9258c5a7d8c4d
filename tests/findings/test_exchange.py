"""What a step costs with more workers, and what ranks compute for each byte that they send."""

from __future__ import annotations

import pytest

from bench.findings.exchange import RankStep, payoffs
from bench.findings.groups import panels
from tests.report.paid import make_paid_run

STEPS = ((1, 1024, 1.0, 0.0), (2, 1024, 1.0, 0.5), (1, 4096, 4.0, 0.0), (2, 4096, 2.0, 0.25))


def test_efficiency_lies_over_operations_for_each_byte() -> None:
    """Of dense layers a rank computes 0.75 G / (W - 1) operations for each byte; the slowest rank decides a step."""
    [panel] = panels([make_paid_run(STEPS)])
    [found] = payoffs(panel.groups)
    assert [(point.case.workers, point.case.batch_size) for point in found.points] == [
        (1, 1024),
        (1, 4096),
        (2, 1024),
        (2, 4096),
    ]
    small, large = found.placed
    assert [small.intensity, large.intensity] == [0.75 * 1024, 0.75 * 4096]
    assert small.seconds == pytest.approx(2.0)
    assert [small.speedup, large.speedup] == pytest.approx([0.5, 1.6])
    assert [small.efficiency, large.efficiency] == pytest.approx([0.5, 1.6])  # workers share the cores of the trial
    assert small.ranks == (RankStep(1.0, 0.5), RankStep(1.0, 1.0))
    assert found.points[0].intensity is None


def test_gathered_gradients_are_sent_to_every_other_rank() -> None:
    """They are not averaged on their way around the ring, so that all of them go all the way."""
    run = make_paid_run(STEPS[:2])
    for record in run.records:
        if record["trial"]["workers"] == 2:
            record["measures"]["allgather_bytes_per_step"] = 12_000
    [found] = payoffs(panels([run])[0].groups)
    assert found.placed[0].intensity == pytest.approx(3 * 2000 * 512 / (4000 + 12_000))


def test_networks_share_a_picture() -> None:
    """The user's own network is a point beside another's; without one worker, or steps, there is none."""
    runs = [make_paid_run(STEPS, network="wide"), make_paid_run(STEPS[:2], network="nets.py:mine")]
    [found] = payoffs(panels(runs)[0].groups)
    assert [point.network for point in found.placed] == ["nets.py:mine(width=8)", *["wide(width=8)"] * 2]
    assert payoffs(panels([make_paid_run(STEPS[1::2])])[0].groups) == []
    untimed = make_paid_run(STEPS)
    for record in untimed.records:
        del record["measures"]["steps_timed"]
    assert payoffs(panels([untimed])[0].groups) == []
