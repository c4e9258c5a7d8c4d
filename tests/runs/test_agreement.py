"""On several workers a given network has to learn what it learns on one, in whatever order the trials run."""

from __future__ import annotations

from typing import Any

import pytest

from bench.runs.agreement import Agreement


def record(
    workers: int,
    grade: float,
    status: str = "ok",
    fingerprint: str | None = "f",
    framework: str = "keras",
    rows: int = 1_000_000,
    **more: Any,
) -> dict[str, Any]:
    """Return as much of a record as an agreement looks at."""
    names = ("fingerprint", "seed", "epochs", "learning_rate")
    trial = {"task": "train", "problem": "binary", "batch_size": 1024, **dict.fromkeys(names, 1), **more}
    network = fingerprint and {"fingerprint": fingerprint}
    grades = {"auc": grade, "log_loss": 0.5}
    figures = {"time_to_model_s": 1.0, "rows": rows, "rows_per_s": 10.0, "rows_per_s_warm": None, "phase": None}
    return {
        "trial": {**trial, "workers": workers, "network": network},
        "status": status,
        "reason": None,
        "notes": {"network": {"framework": framework}},
        "quality": grades,
        **figures,
    }


def test_one_that_strays_from_one_worker_is_invalid() -> None:
    """It is so whichever of the two comes first, and for a grade that is too good as for one that is too bad."""
    for stray in (0.72, 0.78):
        for order in ((1, 2), (2, 1)):
            agreement = Agreement()
            records = {1: record(1, 0.75), 2: record(2, stray)}
            assert not agreement.add(records[order[0]])
            ((wrong, successor),) = agreement.add(records[order[1]])
            assert wrong is records[2]
            assert successor["status"] == "invalid"
            assert successor["reason"] == (
                f"The answer is wrong: an AUC of {stray:.4f} on 2 workers is further than 0.0100 from that of the same "
                "network on one, 0.7500, for a training that saw 1,000,000 rows."
            )
            assert successor["time_to_model_s"] is successor["rows_per_s"] is None
            assert successor["quality"] == records[2]["quality"]


def test_what_is_near_or_not_comparable_stays() -> None:
    """Nothing is said of another network, framework or batch, a trial that failed, or one without a network."""
    agreement = Agreement([record(1, 0.75), record(2, 0.745)])
    others = [
        record(2, 0.759),
        record(2, 0.5, fingerprint="g"),
        record(2, 0.5, framework="torch"),
        record(2, 0.5, batch_size=4096),
        record(2, 0.5, status="failed"),
        record(2, 0.5, fingerprint=None),
        record(1, 0.751),
    ]
    assert not [wrong for one in others for wrong in agreement.add(one)]


@pytest.mark.parametrize(
    ("alone", "shared", "rows", "epochs", "wrong"),
    [
        # `wide` of 10.6 million parameters, one worker and two, in 15 steps and in 30: nothing is wrong.
        pytest.param(0.7608, 0.7427, 15_360, 1, False, id="15 steps"),
        pytest.param(0.826, 0.811, 15_360, 2, False, id="30 steps"),
        pytest.param(0.7278, 0.719, 245_760, 1, False, id="flights"),
        # What `benchmarks/early_grades.py` found of faults.
        pytest.param(0.7081, 0.6322, 15_360, 2, True, id="labels of one worker mixed up"),
        pytest.param(0.7081, 0.6408, 15_360, 2, True, id="other weights on one worker"),
        pytest.param(0.8204, 0.7904, 15_360, 16, True, id="other weights in 16 epochs"),
        pytest.param(0.7663, 0.6786, 15_360, 4, True, id="every second step lost"),
        pytest.param(0.6343, 0.4338, 15_360, 1, True, id="half of the rows, sorted"),
    ],
)
def test_the_fewer_rows_were_seen_the_further_grades_may_be(
    alone: float, shared: float, rows: int, epochs: int, wrong: bool
) -> None:
    """Another order of rows, as several workers have it, is no fault in a short training; faults stay faults."""
    agreement = Agreement([record(1, alone, rows=rows, epochs=epochs)])
    assert bool(agreement.add(record(2, shared, rows=rows, epochs=epochs))) == wrong


def test_earlier_records_of_a_resumed_run_count() -> None:
    """What ran before the run was resumed is the reference as well."""
    ((wrong, _),) = Agreement([record(1, 0.75)]).add(record(4, 0.6))
    assert wrong["trial"]["workers"] == 4
