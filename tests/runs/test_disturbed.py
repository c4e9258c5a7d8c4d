"""A real load beside a run: its trials are known as disturbed, run again, marked, and not ranked."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.machine.limits import cores_available
from bench.model import Dataset
from bench.records.directory import latest, read_run
from tests.conftest import Plugins

Bench = Callable[..., subprocess.CompletedProcess[str]]
SPIN = "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"
TRAIN = """
@hookimpl
def bench_train(trial):
    import time
    time.sleep({seconds})

@hookimpl
def bench_predict(trial):
    from bench import rows
    return rows.write_scores(trial, lambda features: 1 / (1 + abs(features[:, 0])))
"""


@contextmanager
def load(number: int, seconds: float = 280.0) -> Iterator[None]:
    """Keep cores busy with programs of our own, for so long at most."""
    programs = [subprocess.Popen([sys.executable, "-c", SPIN.format(seconds=seconds)]) for _ in range(number)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def test_a_disturbed_run_is_run_again_marked_and_not_ranked(
    installed: Plugins, tiny: Dataset, bench: Bench, tmp_path: Path
) -> None:
    """Each trial beside a load has three records; table, page and exports say so, and nothing is called the fastest."""
    installed.add("brisk", TRAIN.format(seconds=0.5))
    installed.add("leisurely", TRAIN.format(seconds=1.0))
    wanted = ("run", "--strategy", "brisk", "--strategy", "leisurely", "--data", tiny.path)
    with load(cores_available()):
        done = bench(*wanted, BENCH_RETRY_DISTURBED="2")
    assert done.returncode == 0, done.stderr
    assert re.search(r"uses? \d\.\d of \d+ cores: .*python.* \d+%", done.stderr)
    assert "Others disturbed 2 trials: once more." in done.stderr
    run = read_run(latest(tmp_path / "results"))
    assert [record["trial"]["strategy"] for record in run.records].count("brisk") == 3
    assert all(record["machine"]["train"]["foreign_cpu_share"] > 0.15 for record in run.records if record["rows"])
    assert re.search(r"brisk +\w+ +\d +ok", done.stdout)
    assert len(re.findall(r"ok, disturbed \(\w+ ", done.stdout)) == 2
    assert "This run cannot rank by time: " in done.stdout
    assert f"bench run --resume {run.directory.path} --wait-quiet 10m" in done.stdout
    for kind in ("text", "md"):
        text = bench("report", "--format", kind).stdout
        assert "This run cannot rank by time" in text.replace("\\", "")
        assert "fastest" not in text.partition("All cases")[0]
        assert re.search(r"ok, disturbed \(\w+ ", text.replace("\\", ""))
    page = (run.directory.path / "report.html").read_text()
    assert "This run cannot rank by time" in page
    csv = bench("report", "--format", "csv").stdout
    assert "other programs used" in csv


def test_the_programs_that_use_the_cores_are_named() -> None:
    """A look at the machine names a program that spins, how much of a core it has, and not itself."""
    look = "from bench.machine.others import Look; users = Look().users(1.0); print(users); print(dict(users.programs))"
    with load(1):
        done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=200)
    said, programs = done.stdout.splitlines()
    assert re.fullmatch(r"\d+ programs? uses? \d\.\d of \d+ cores: .*python.* \d+%.*", said)
    assert max(cores for name, cores in eval(programs).items() if name.startswith("python")) > 0.1  # noqa: S307


def test_no_trial_begins_after_the_budget(installed: Plugins, tiny: Dataset, bench: Bench, tmp_path: Path) -> None:
    """What did not begin in time has no record; a sentence says how to go on, and going on runs just that."""
    for name in ("one", "two", "three"):
        installed.add(name, TRAIN.format(seconds=2.0))
    names = [part for name in ("one", "two", "three") for part in ("--strategy", name)]
    done = bench("run", *names, "--data", tiny.path, "--budget", "3s")
    assert done.returncode == 1
    assert re.search(r"--budget ended before [123] of 4 trials began: go on with `bench run --resume ", done.stderr)
    run = latest(tmp_path / "results")
    begun = len(read_run(run).records)
    assert begun < 4
    rest = bench("run", "--resume", str(run))
    assert rest.returncode == 0, rest.stderr
    assert len(read_run(run).records) >= 4
    assert json.loads((run / "run.json").read_text())["run"] == run.name


def test_a_run_goes_on_by_its_name(installed: Plugins, tiny: Dataset, bench: Bench, tmp_path: Path) -> None:
    """What a report prints is enough: the name is looked up in --out, too, and one that is nowhere gets a sentence."""
    installed.add("brisk", TRAIN.format(seconds=0.0))
    wanted = ("run", "--strategy", "brisk", "--data", tiny.path, "--budget", "0.001s")
    assert bench(*wanted).returncode == 1
    assert bench(*wanted, "--out", "elsewhere").returncode == 1
    for out, options in (("results", ()), ("elsewhere", ("--out", "elsewhere"))):
        run = latest(tmp_path / out)
        done = bench("run", "--resume", run.name, *options)
        assert done.returncode == 0, done.stderr
        assert len(read_run(run).records) == 2
    missing = bench("run", "--resume", run.name)
    assert missing.returncode == 2
    assert f"{run.name} holds no run, and there is none of that name in results: " in missing.stderr


def test_waiting_for_quiet_ends_with_ctrl_c(
    installed: Plugins, tiny: Dataset, bench: Bench, bench_command: list[str], tmp_path: Path
) -> None:
    """Ctrl-C while it waits is one sentence, which says how to go on, and 130."""
    installed.add("brisk", TRAIN.format(seconds=0.0))
    command = [*bench_command, "run", "--strategy", "brisk", "--data", tiny.path, "--wait-quiet", "10m"]
    with load(cores_available()), subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith(": waiting for quiet.\n")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    run = latest(tmp_path / "results")
    assert process.returncode == 130
    assert said == f"Interrupted: go on with `bench run --resume {run}`.\n"
    assert bench("run", "--resume", str(run)).returncode == 0


def test_what_is_said_of_a_busy_machine_is_true(
    installed: Plugins, tiny: Dataset, bench: Bench, tmp_path: Path
) -> None:
    """Where nothing is run again nothing is announced to be; where nothing is left to run nobody waits."""
    installed.add("brisk", TRAIN.format(seconds=0.0))
    with load(cores_available()):
        done = bench("run", "--strategy", "brisk", "--data", tiny.path, "--wait-quiet", "1s")
        assert "which spoils times: trials that it disturbs are marked." in done.stderr
        # Who waited for quiet would not be back in time.
        rest = bench("run", "--resume", latest(tmp_path / "results").name, "--wait-quiet", "10m", timeout=200)
    assert rest.returncode == 0
    assert rest.stderr == (
        "Nothing is left to run; `--retry-disturbed 1` runs again what others disturbed, if anything.\n"
    )
