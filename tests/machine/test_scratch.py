"""A temporary directory is gone after its block, and after the next sweep where its owner was killed."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.machine.scratch import OWNER as OWNERS_FILE
from bench.machine.scratch import UNOWNED, is_abandoned, scratch_directory, sweep

OWNER = """
import sys
from pathlib import Path
from bench.machine.scratch import scratch_directory
with scratch_directory("work-", Path(sys.argv[1])) as path:
    (path / "block").write_text("much")
    print(path, flush=True)
    sys.stdin.read()
"""

# The first number that is free and the limit are the same, so that nothing can be opened.
FILELESS = """
import os, resource, sys
from pathlib import Path
from bench.machine.scratch import scratch_directory
with scratch_directory("work-", Path(sys.argv[1])):  # what Python imports for it, it has then
    pass
free = os.open("/", os.O_RDONLY)
os.close(free)
resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))
try:
    with scratch_directory("work-", Path(sys.argv[1])):
        pass
except OSError as error:
    print(error)
"""

# Killed when the owner's file is about to be removed, by the owner or by a sweep. Its place among the others in a
# directory's listing is the file system's.
KILLED = """
import os, signal, sys
from pathlib import Path
from bench.machine.scratch import scratch_directory, sweep
def die(event, arguments):
    if event == "os.remove" and Path(arguments[0]).name == ".owner":
        signal.raise_signal(signal.SIGKILL)
if sys.argv[2] == "a sweep":
    sys.addaudithook(die)
    sweep("work-", Path(sys.argv[1]))
with scratch_directory("work-", Path(sys.argv[1])) as path:
    for number in range(20):
        (path / f"file-{number}").touch()
        (path / f"part-{number}").mkdir()
        (path / f"part-{number}" / "block").touch()
    if sys.argv[2] == "its owner":
        sys.addaudithook(die)
    else:
        signal.raise_signal(signal.SIGKILL)
"""

# Another process sweeps when the maker is about to make its file, to lock it, or to name it.
SWEPT = """
import subprocess, sys
from pathlib import Path
from bench.machine.scratch import UNOWNED, scratch_directory
SWEEP = "import pathlib, sys; from bench.machine.scratch import sweep; sweep('work-', pathlib.Path(sys.argv[1]))"
left = [sys.argv[2]]
def hook(event, arguments):
    if left and event == left[0] and (event != "open" or str(arguments[0]).endswith(UNOWNED)):
        left.clear()
        subprocess.run([sys.executable, "-c", SWEEP, sys.argv[1]], check=True)
        print(event, "swept", flush=True)
sys.addaudithook(hook)
with scratch_directory("work-", Path(sys.argv[1])) as path:
    print("owned" if (path / ".owner").exists() else "not owned", flush=True)
"""

BROKEN = """
import errno, sys
from pathlib import Path
from bench.machine.scratch import scratch_directory
def fail(event, arguments):
    if event in ("os.rename", "os.remove", "os.rmdir"):
        raise OSError(errno.EIO, "broken")
sys.addaudithook(fail)
try:
    with scratch_directory("work-", Path(sys.argv[1])):
        pass
except OSError as error:
    print(error)
"""


def test_a_killed_owners_directory_is_swept_and_no_living_ones(tmp_path: Path) -> None:
    """The kernel gives the lock back, whatever ended the owner: then, and only then, the directory is removed."""
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().strip())
        ended: list[Path] = []
        with scratch_directory("work-", tmp_path) as own:
            assert sweep("work-", tmp_path, ended.append) == []
            assert not is_abandoned(left)
            owner.send_signal(signal.SIGKILL)
            owner.wait()
            assert is_abandoned(left)
            assert sweep("other-", tmp_path) == []
            assert sweep("work-", tmp_path, ended.append) == [left]
            assert own.is_dir()
    assert ended == [left]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("by", ["its owner", "a sweep"])
def test_who_is_killed_while_removing_a_directory_leaves_it_to_the_next_sweep(tmp_path: Path, by: str) -> None:
    """The owner's file goes last: without it nobody would know that what is left is nobody's."""
    for argument in ("nobody", by) if by == "a sweep" else (by,):
        done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), argument], check=False)
        assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert [path.name for path in left.iterdir()] == [OWNERS_FILE]
    assert sweep("work-", tmp_path) == [left]
    assert not left.exists()


def test_a_directory_that_could_not_be_owned_is_gone(tmp_path: Path) -> None:
    """Where no file can be opened, neither can it be listed to be emptied, and no sweep would find it later."""
    command = [sys.executable, "-c", FILELESS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Too many open files" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nobody_follows_a_link_to_an_owner(tmp_path: Path) -> None:
    """In a directory that all may write to, a name and a link may be anybody's."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / ".owner").touch()
    (tmp_path / "work-1").mkdir()
    os.symlink(victim / ".owner", tmp_path / "work-1" / ".owner")
    assert sweep("work-", tmp_path) == []
    assert (victim / ".owner").exists()
    assert not is_abandoned(tmp_path)


def test_a_directory_whose_maker_was_killed_before_it_was_its_owner_is_swept(tmp_path: Path) -> None:
    """An empty one, or one with a file that nobody has a lock on; not what is locked, filled, or named by a person."""
    names = {"work-empty000", "work-file0000", "work-locked00", "work-full0000", "work-mine", "work-somebodys"}
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "work-file0000" / UNOWNED).touch()
    (tmp_path / "work-full0000" / "block").touch()
    with open(tmp_path / "work-locked00" / UNOWNED, "w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        sweep("work-", tmp_path)
    gone = {"work-empty000", "work-file0000"}
    assert {path.name for path in tmp_path.iterdir()} == names - gone


@pytest.mark.parametrize("event", ["open", "fcntl.flock", "os.rename"])
def test_who_makes_a_directory_while_others_sweep_has_one(tmp_path: Path, event: str) -> None:
    """Whatever moment the sweep comes at: one that it takes is made anew, and one that is locked it does not take."""
    done = subprocess.run(
        [sys.executable, "-c", SWEPT, str(tmp_path), event], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{event} swept\nowned\n"
    assert list(tmp_path.iterdir()) == []


def test_what_a_broken_disk_left_is_swept_once_it_is_sound(tmp_path: Path) -> None:
    """The file could be made and not named, and nothing could be removed."""
    done = subprocess.run([sys.executable, "-c", BROKEN, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[Errno 5] broken\n"
    assert len(list(tmp_path.iterdir())) == 1
    sweep("work-", tmp_path)
    assert list(tmp_path.iterdir()) == []
