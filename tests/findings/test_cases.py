"""Records become cases: medians of what was ok, and every other status in sight."""

import copy
import json
from pathlib import Path

from bench.findings.cases import cases
from bench.findings.overhead import overhead
from bench.findings.scales import Scaling, scaling

RECORD = json.loads((Path(__file__).parents[1] / "records/schema-1.jsonl").read_text().splitlines()[0])


def _record(strategy, repeat, seconds, status="ok"):
    record = copy.deepcopy(RECORD)
    record["trial"].update(strategy=strategy, repeat=repeat)
    record["resources"].update(foreign_cpu_share=0.0, steal_share=0.0)
    record.update(status=status, time_to_model_s=seconds if status == "ok" else None)
    return record


def test_medians_are_those_of_ok_trials():
    """A time-out is never averaged in, and shows in the status."""
    good = [_record("a", repeat, seconds) for repeat, seconds in enumerate([1.0, 9.0, 3.0])]
    [case] = cases([*good, _record("a", 3, 0, "timeout")])
    assert case.median("time_to_model_s") == 3.0
    assert case.status == "ok 3, timeout 1"


def test_fastest_first_and_failures_last():
    """Cases come in order of their time to a model, those without one last."""
    records = [_record("bad", 0, 0, "failed"), _record("slow", 0, 5.0), _record("fast", 0, 1.0)]
    assert [case.strategy for case in cases(records)] == ["fast", "slow", "bad"]


def test_last_record_of_a_trial_counts():
    """A trial that was run again after a failure counts once, as it ended last."""
    [case] = cases([_record("a", 0, 0, "failed"), _record("a", 0, 2.0)])
    assert (case.status, len(case.records)) == ("ok", 1)


def test_absent_values_have_no_median():
    """Where no trial has a value there is no figure."""
    [case] = cases([_record("a", 0, 0, "failed")])
    assert case.median("time_to_model_s") is None
    assert case.median("quality", "auc") is None


def test_scaling_is_against_the_fewest_workers():
    """Speed-up is by time to model, and efficiency by time and the cores that the threads can keep busy."""
    records = [_record("a", 0, 6.0), _record("a", 0, 4.0), _record("a", 0, 12.0), _record("b", 0, 1.0)]
    for record, workers, threads in zip(records, (1, 2, 4, 1), (3, 1, 1, 3), strict=True):
        record["trial"].update(workers=workers, cores=3, threads_per_worker=threads)
    found_cases = cases(records)
    found = {(case.strategy, case.workers): scaling(case, found_cases) for case in found_cases}
    assert found == {
        ("a", 1): Scaling(1.0, 1.0),
        ("a", 2): Scaling(1.5, 2.25),
        ("a", 4): Scaling(0.5, 0.5),
        ("b", 1): None,
    }


def test_overhead_is_the_controls_wall_time():
    """The harness's own overhead is the median wall time of the control."""
    control = _record("null", 0, 0.0)
    control["trial"]["family"] = "control"
    control["wall_s"] = 0.25
    found = overhead(cases([control, _record("a", 0, 1.0)]))
    assert (found.seconds, found.cause) == (0.25, None)
    assert overhead(cases([_record("a", 0, 1.0)])) is None


def _batched(strategy, workers, batch_size, seconds):
    record = _record(strategy, 0, seconds)
    record["trial"].update(family="mlp", workers=workers, cores=4, threads_per_worker=1, batch_size=batch_size)
    return record


def test_batches_of_another_size_are_another_case():
    """Workers are compared with fewer workers on batches of the same size only."""
    found = cases([_batched("a", *each) for each in ((1, 64, 4.0), (2, 64, 2.5), (1, 128, 2.0), (2, 128, 1.0))])
    speedups = {(case.workers, case.batch_size): scaling(case, found).speedup for case in found}
    assert speedups == {(1, 64): 1.0, (2, 64): 1.6, (1, 128): 1.0, (2, 128): 2.0}
