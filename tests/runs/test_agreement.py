"""On several workers a given network has to learn what it learns on one, in whatever order the trials run."""

from __future__ import annotations

from typing import Any

from bench.runs.agreement import Agreement


def record(
    workers: int,
    grade: float,
    status: str = "ok",
    fingerprint: str | None = "f",
    framework: str = "keras",
    **more: Any,
) -> dict[str, Any]:
    """Return as much of a record as an agreement looks at."""
    names = ("fingerprint", "seed", "epochs", "learning_rate")
    trial = {"task": "train", "problem": "binary", "batch_size": 1024, **dict.fromkeys(names, 1), **more}
    network = fingerprint and {"fingerprint": fingerprint}
    grades = {"auc": grade, "log_loss": 0.5}
    figures = {"time_to_model_s": 1.0, "rows": 10, "rows_per_s": 10.0, "rows_per_s_warm": None, "phase": None}
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
                f"The answer is wrong: an AUC of {stray:.4f} on 2 workers is not that of the same network on one, "
                "0.7500."
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


def test_earlier_records_of_a_resumed_run_count() -> None:
    """What ran before the run was resumed is the reference as well."""
    ((wrong, _),) = Agreement([record(1, 0.75)]).add(record(4, 0.6))
    assert wrong["trial"]["workers"] == 4
