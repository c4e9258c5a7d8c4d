"""Makes a run of networks on one worker and on two, with batches of several sizes, whose steps a test chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.records.directory import Run
from tests.report.made import MadeCase, make_run

PARAMETERS, STEPS = 1000, 10


def make_paid_run(
    steps: Sequence[tuple[int, int, float, float]],
    *,
    network: str = "",
    foreign: float = 0.01,
    path: Path | None = None,
) -> Run:
    """Return a run of one network whose ranks computed and exchanged for the seconds that they were to.

    Args:
        steps: Of each case, the workers, the batch size, and the seconds of a step in which a rank computes and
            exchanges gradients; a second rank exchanges twice as long.
        network: Its name; the family's own if not given.
        foreign: Cores that other programs used.
        path: Where the run's directory is to be.
    """
    sizes = sorted({size for _, size, _, _ in steps})
    cases = [
        (
            "horovod",
            MadeCase(9.0, workers=workers, family="mlp", foreign=foreign, inner=_laps(workers, compute, exchange)),
        )
        for workers, _, compute, exchange in steps
    ]
    run = make_run(cases, repeats=1, name=f"run-{network}", request={"batch_size": sizes}, path=path)
    for record, (workers, size, _, _) in zip(run.records, steps, strict=True):
        record["trial"]["batch_size"] = size
        record["measures"] = {"steps_timed": STEPS, "flops_per_row": 2 * PARAMETERS}
        if network:
            record["trial"]["network"] = {"name": network, "fingerprint": network, "arguments": {"width": 8}}
        if workers > 1:
            record["measures"]["allreduce_bytes_per_step"] = 4 * PARAMETERS
    return run


def _laps(workers: int, compute: float, exchange: float) -> dict[str, list[float]]:
    ranks = range(1, workers + 1)
    return {"train": [STEPS * compute for _ in ranks], "allreduce": [STEPS * exchange * rank for rank in ranks]}
