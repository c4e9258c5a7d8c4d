"""Other programs are run in one way: whatever they print, however they end, and if they do not."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.errors import CommandError
from bench.machine import commands
from tests.conftest import is_alive


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_output_that_is_no_utf8_is_read_all_the_same() -> None:
    """A byte that is no UTF-8 becomes a replacement character, in both outputs, and the rest stays."""
    program = "import sys; sys.stdout.buffer.write(b'caf\\xe9\\n'); sys.stderr.buffer.write(b'na\\xefve')"
    outcome = commands.run(_python(program))
    assert (outcome.code, outcome.printed, outcome.complaints) == (0, "caf\ufffd\n", "na\ufffdve")


def test_utf8_is_read_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """The locale of this process does not change what a program's output means."""
    program = (
        "from bench.machine import commands; import sys;"
        "said = commands.run([sys.executable, '-c', 'import sys; sys.stdout.buffer.write(bytes([0xc3, 0xa9]))'])\n"
        "print(ascii(said.printed))"
    )
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    assert commands.run(_python(program)).printed == "'\\xe9'\n"


def test_a_program_that_asks_gets_no_answer_and_does_not_wait() -> None:
    """Standard input is at its end from the beginning."""
    assert commands.run(_python("print(repr(input.__self__.open(0).read()))"), timeout_s=60).printed == "''\n"


def test_a_program_out_of_time_leaves_no_process(tmp_path: Path) -> None:
    """What runs too long is killed with its children, orphans among them, and the error says for how long it ran."""
    script = f"(sleep 600 & echo $! >{tmp_path}/orphan.part; mv {tmp_path}/orphan.part {tmp_path}/orphan)\nsleep 600"
    with pytest.raises(CommandError) as caught:
        commands.run(["sh", "-c", script], timeout_s=2)
    assert caught.value.reason == "no end within 2 s"
    orphan = int((tmp_path / "orphan").read_text())
    deadline = time.monotonic() + 60
    while is_alive(orphan):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_cannot_be_started_is_named_with_a_reason(tmp_path: Path) -> None:
    """A program that is missing, and a file that is no program, end in one sentence with the path and the reason."""
    (tmp_path / "text").write_text("")
    for name, reason in (("nothing", "No such file or directory"), ("text", "Permission denied")):
        with pytest.raises(CommandError) as caught:
            commands.run([tmp_path / name])
        assert str(caught.value) == f"{tmp_path / name} cannot be run ({reason}): try it by hand."
        assert caught.value.reason == reason


def test_a_question_has_an_answer_or_none() -> None:
    """A tool that is missing and one that fails have no answer, and their complaints are not shown."""
    assert commands.ask("echo", "yes") == "yes\n"
    assert commands.ask("false") is None
    assert commands.ask("no-such-tool") is None


def test_git_answers_for_the_directory_whatever_a_hook_has_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The GIT_DIR of a hook does not lead git to another repository, and a name in any encoding is no failure."""
    for name in ("one", "two"):
        subprocess.run(["git", "init", "--quiet", "--initial-branch", name, tmp_path / name], check=True)
    (tmp_path / "one" / "caf\udce9").write_text("")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two" / ".git"))
    assert commands.git(tmp_path / "one", "symbolic-ref", "HEAD") == "refs/heads/one"
    assert commands.git(tmp_path / "one", "-c", "core.quotePath=false", "status", "--porcelain") == "?? caf\ufffd"
    assert commands.git(tmp_path, "rev-parse", "HEAD") is None


def test_variables_are_left_out_by_name_or_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would mislead a program is left out, a star stands for any characters, and new ones are set."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "PYTHONPATH", "KEPT"):
        monkeypatch.setenv(name, "here")
    found = commands.variables(without=("GIT_*", "PYTHONPATH"), LC_ALL="C")
    assert not {"GIT_DIR", "GIT_INDEX_FILE", "PYTHONPATH"} & found.keys()
    assert (found["KEPT"], found["LC_ALL"]) == ("here", "C")


def test_the_last_line_is_what_a_program_failed_of() -> None:
    """Blank lines at the end do not count, and a program that says nothing has words put into its place."""
    assert commands.last_line("Traceback:\nOSError: no\n\n ") == "OSError: no"
    assert commands.last_line(" \n", "exit code 1") == "exit code 1"


def test_nothing_else_starts_programs() -> None:
    """Only long-lived children, whose processes are watched while they run, are started in another way.

    `bench` under PYTHONOPTIMIZE=2 becomes another process of itself, and no child.
    """
    watched = {"trial/runner.py", "doctor/machine.py", "doctor/stack.py"}
    itself = {"cli/surroundings.py"}
    package = Path(commands.__file__).parents[1]
    starting = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"subprocess\.\w+\(|Popen\(|os\.(system|spawn|exec|posix_spawn)", path.read_text())
    }
    assert starting == {"machine/commands.py", *watched, *itself}


@pytest.mark.parametrize("verb", ["list", "doctor"])
def test_a_jvm_that_speaks_latin_1(bench_command: list[str], verb: str) -> None:
    """A real JVM that repeats a Latin-1 option on its standard error ends no verb."""
    environ = {**os.environb, b"JAVA_TOOL_OPTIONS": b"-Dname=caf\xe9"}
    result = subprocess.run([*bench_command, verb], env=environ, capture_output=True, check=False)
    assert b"Traceback" not in result.stderr
    assert result.returncode in (0, 5 if verb == "doctor" else 0)
