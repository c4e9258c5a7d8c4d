"""Every way in which a trial can end leaves exactly one record and no process."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from bench.records import directory
from tests.conftest import CONTROL, is_alive

pytestmark = pytest.mark.every_python
TRAIN = "@hookimpl\ndef bench_train(trial):\n"


def _answer(scores):
    return f"""
    @hookimpl
    def bench_train(trial):
        return None

    @hookimpl
    def bench_predict(trial):
        import numpy as np
        import pyarrow.parquet as pq
        table = pq.read_table(trial.dataset.split("test"), partitioning=None)
        row_ids, labels = table["row_id"].to_numpy().copy(), table[trial.dataset.label].to_numpy()
        noise = np.random.default_rng(0).random(len(labels))
        {scores}
        with PredictionWriter(trial.scratch / "predictions.parquet") as predictions:
            predictions.write(row_ids, scores)
        return predictions.path
    """


def test_good_answer_is_ok(trial_of):
    """A trial whose predictions are right is ``ok``, graded, and its record fits the schema."""
    record = trial_of(_answer("scores = 0.25 * labels + 0.5 * noise"))
    directory.validate(record)
    assert record["status"] == "ok"
    assert record["quality"]["auc"] == pytest.approx(0.875, abs=0.03)
    assert record["time_to_model_s"] == record["phases"]["train"]
    assert record["resources"]["peak_memory_bytes"] > 20e6


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ("row_ids, scores = row_ids[1:], noise[1:]", "399 rows were scored instead of 400"),
        ("row_ids[0] = row_ids[1]; scores = noise", "scored twice"),
        ("row_ids[0] = 10**6; scores = noise", "not in the dataset"),
        ("scores = noise; scores[3] = float('nan')", "NaN"),
        ("scores = noise + 1", "outside 0 to 1"),
        ("scores = noise * 0 + 0.3", "all scores are equal"),
    ],
)
def test_wrong_answer_is_invalid(trial_of, scores, reason):
    """A fast wrong answer is no result."""
    record = trial_of(_answer(scores))
    directory.validate(record)
    assert record["status"] == "invalid"
    assert reason in record["reason"]
    assert record["time_to_model_s"] is None


def test_no_predictions_is_invalid(trial_of):
    """A strategy that hands nothing over to be graded proves nothing."""
    assert trial_of(TRAIN + "    return 1")["status"] == "invalid"


def test_phases_sum_to_wall_time(trial_of):
    """Phases, ``start`` and ``other`` included, sum to the wall time, and inner ones are named."""
    record = trial_of(
        TRAIN
        + """
    import time
    with trial.phase("load"):
        time.sleep(0.2)
    time.sleep(0.1)
    trial.note("device", "CPU")
"""
    )
    assert sum(record["phases"].values()) == pytest.approx(record["wall_s"], abs=1e-4)
    assert 0.2 <= record["inner"]["load"][0] <= record["phases"]["train"] - 0.1
    assert record["slowest"] == {"load": record["inner"]["load"][0]}
    assert record["phases"]["train"] >= 0.3
    assert record["notes"]["device"] == "CPU"


def test_hang_is_ended_with_phase_and_stack(trial_of, tmp_path):
    """A hang is ended at its deadline; the record names the phase and the log has the stack."""
    record = trial_of(
        TRAIN
        + """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    def deaf_and_stuck():
        with trial.phase("rendezvous"):
            time.sleep(600)
    deaf_and_stuck()
""",
        timeout_s=5,
    )
    directory.validate(record)
    assert (record["status"], record["phase"]) == ("timeout", "train/rendezvous")
    assert "deaf_and_stuck" in (tmp_path / "logs/log").read_text()
    assert 5 <= record["wall_s"] < 300, "it would hang for 600 s"
    assert record["phases"]["train"] > 0.1


def test_hang_in_teardown_is_ended(trial_of):
    """Not even a teardown may hang."""
    record = trial_of(
        TRAIN + "    pass\n@hookimpl\ndef bench_teardown(trial):\n    import time\n    time.sleep(600)", timeout_s=5
    )
    assert (record["status"], record["phase"]) == ("timeout", "teardown")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    import ctypes\n    ctypes.string_at(0)", "killed by SIGSEGV"),
        ("    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("    import os\n    os._exit(3)", "exit code 3"),
        ("    raise SystemExit(0)", "SystemExit: 0"),
        ("    raise ValueError('no luck\\nat all')", "ValueError: no luck"),
        ("    trial.note('what', object())", "TypeError"),
    ],
    ids=["segfault", "kill-9", "_exit", "sys.exit", "exception", "note"],
)
def test_death_is_recorded(trial_of, body, reason):
    """However a worker dies, one record says how and in which phase."""
    record = trial_of(TRAIN + body)
    directory.validate(record)
    assert (record["status"], record["phase"]) == ("failed", "train")
    assert reason in record["reason"]
    assert sum(record["phases"].values()) == pytest.approx(record["wall_s"], abs=1e-4)


def test_traceback_is_in_the_log_alone(trial_of, tmp_path):
    """The record has one sentence; the traceback is in the log."""
    record = trial_of(TRAIN + "    raise ValueError('no luck\\nat all')")
    assert "\n" not in record["reason"]
    assert "Traceback" in (tmp_path / "logs/log").read_text()


def test_teardown_runs_after_failure(trial_of, tmp_path):
    """What a setup started is stopped even though the training failed."""
    marker = tmp_path / "stopped"
    trial_of(
        f"""
        @hookimpl
        def bench_setup(trial):
            return "session"
        @hookimpl
        def bench_train(trial):
            raise ValueError
        @hookimpl
        def bench_teardown(session):
            open({str(marker)!r}, "w").write(session)
        """
    )
    assert marker.read_text() == "session"


def test_skip_keeps_its_reason(trial_of):
    """A strategy that cannot run here is skipped, with its reason."""
    record = trial_of("@hookimpl\ndef bench_setup():\n    raise Skip('Install a GPU.')\n" + TRAIN + "    pass")
    directory.validate(record)
    assert (record["status"], record["reason"]) == ("skipped", "Install a GPU.")


def test_flood_is_trimmed(trial_of, tmp_path):
    """A strategy that prints megabytes keeps the head and the tail of its log, and nothing else suffers."""
    record = trial_of(TRAIN + "    for i in range(40):\n        print(str(i % 10) * 1_000_000)\n    print('the end')")
    log = (tmp_path / "logs/log").read_text()
    assert record["status"] == "invalid"
    assert len(log) < 2_100_000
    assert log.startswith("000")
    assert log.endswith("the end\n")
    assert "left out" in log


def test_children_do_not_survive(trial_of, tmp_path):
    """Children that a strategy leaves behind are gone, even one that left the session, and the record counts them."""
    record = trial_of(
        TRAIN
        + f"""
    import os, subprocess, time
    a = subprocess.Popen(["sleep", "600"])
    b = subprocess.Popen(["setsid", "sleep", "600"])
    c = subprocess.Popen(["sh", "-c", "setsid sh -c 'sleep 600 & echo $! >{tmp_path}/orphan'"])
    c.wait()  # it ends when its own child has said its number
    open({str(tmp_path / "pids")!r}, "w").write(f"{{a.pid}} {{b.pid}}")
"""
    )
    pids = [*(tmp_path / "pids").read_text().split(), (tmp_path / "orphan").read_text()]
    assert record["notes"]["processes_left"] >= 3
    assert not any(is_alive(int(pid)) for pid in pids)


def test_scratch_is_removed(trial_of):
    """What a strategy writes to its scratch directory, or beside it by a relative path, is gone afterwards."""
    record = trial_of(
        TRAIN
        + """
    open("stray", "w").write("x")
    (trial.scratch / "big").write_bytes(b"x" * 1000)
    trial.note("scratch", str(trial.scratch))
"""
    )
    assert not Path(record["notes"]["scratch"]).exists()


def test_cores_and_threads_are_enforced(trial_of):
    """The worker and its children are pinned to the budget, and libraries are told the number of threads."""
    record = trial_of(
        TRAIN
        + """
    import os, subprocess
    child = subprocess.run(["nproc", "--all"], capture_output=True, text=True)
    trial.note("cores", len(os.sched_getaffinity(0)))
    trial.note("child", int(subprocess.run(["nproc"], capture_output=True, text=True).stdout))
    trial.note("omp", os.environ["OMP_NUM_THREADS"])
""",
        cores=1,
    )
    assert (record["notes"]["cores"], record["notes"]["child"], record["notes"]["omp"]) == (1, 1, "1")
    assert record["notes"]["cores_enforced"] is True
    assert "oversubscribed" not in record["notes"]


def test_more_workers_than_cores_are_marked(trial_of):
    """Workers that share a core are no fair measure of scaling, so the record says that they did."""
    record = trial_of(TRAIN + "    trial.note('master', trial.master)\n", facts=CONTROL, cores=1)
    assert record["trial"]["workers"] == 2
    assert record["notes"]["oversubscribed"] is True
    assert record["notes"]["master"] == "local[2]"


def test_resources_are_those_of_the_tree(trial_of):
    """Memory and CPU seconds of children count, and shared pages do not count twice."""
    record = trial_of(
        TRAIN
        + """
    import os, time
    block = bytearray(os.urandom(1000)) * 100_000        # 100 MB, shared with the children below
    children = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            end = time.process_time() + 0.5
            while time.process_time() < end:
                pass
            time.sleep(0.5)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
"""
    )
    assert 100e6 < record["resources"]["peak_memory_bytes"] < 220e6
    assert 1.5 <= record["resources"]["cpu_s"] < 5


def test_cpu_time_that_nobody_waits_for_counts(trial_of):
    """Spark's daemon ignores SIGCHLD, so that the kernel forgets its workers' CPU time: the record does not."""
    record = trial_of(
        TRAIN
        + """
    import subprocess, sys
    busy = "import time\\nwhile time.process_time() < 1.5: pass\\ntime.sleep(1)"  # until a sample has seen it
    daemon = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
        f"subprocess.Popen([sys.executable, '-c', {busy!r}]).wait()"
    )
    subprocess.run([sys.executable, "-c", daemon], check=True)
"""
    )
    assert 1.3 <= record["resources"]["cpu_s"] < 3


def test_memory_limit_kill_is_named(installed, tiny, tmp_path, bench_command):
    """A trial that the kernel kills for want of memory says so."""
    group = Path("/sys/fs/cgroup/memory/bench-test")
    if not os.access(group.parent, os.W_OK):
        pytest.skip("needs the right to make a memory control group of version 1")
    installed.add("greedy", TRAIN + "    blocks = [bytearray(b'x' * 10**7) for _ in range(1000)]")
    group.mkdir(exist_ok=True)
    try:
        (group / "memory.limit_in_bytes").write_text("400000000")
        enter = ["sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"', "sh"]
        command = [*bench_command, "run", "--strategy", "greedy", "--data", tiny.path, "--out", str(tmp_path)]
        subprocess.run([*enter, *command], check=False, timeout=60, capture_output=True)
    finally:
        time.sleep(0.2)
        group.rmdir()
    records = {record["trial"]["strategy"]: record for record in directory.read_run(directory.latest(tmp_path)).records}
    assert records["greedy"]["status"] == "failed"
    assert "want of memory" in records["greedy"]["reason"]
    assert records["null"]["status"] == "ok"
