"""Cores and memory by affinity and control groups; the samples are what real machines showed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.machine.limits import cores_available, memory_available, memory_physical, throttled_s

pytestmark = pytest.mark.every_python
GIB = 2**30
MEMINFO = "MemTotal:       32768000 kB\nMemFree:        24000000 kB\n"
# A process in a systemd slice, on a machine with version 2.
HOST_V2 = {
    "proc/self/cgroup": "0::/user.slice/user-1000.slice/session-3.scope\n",
    "proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
}
# Docker with version 2: the container's own group is the root of what it sees.
DOCKER_V2 = {
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo": "700 690 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n",
}
# Docker with version 1: the path is the host's, the mount begins at the container's group.
DOCKER_V1 = {
    "proc/self/cgroup": "5:memory:/docker/4b1f\n4:cpu,cpuacct:/docker/4b1f\n1:name=systemd:/docker/4b1f\n",
    "proc/self/mountinfo": (
        "1200 1195 0:30 /docker/4b1f /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:12 - cgroup cgroup rw,cpu,cpuacct\n"
        "1201 1195 0:33 /docker/4b1f /sys/fs/cgroup/memory ro,nosuid master:15 - cgroup cgroup rw,memory\n"
    ),
}
# Both versions at once, the controllers in version 1.
HYBRID = {
    "proc/self/cgroup": "2:memory:/job/7\n1:cpu:/\n0::/init.scope\n",
    "proc/self/mountinfo": (
        "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    ),
}


def _machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"proc/meminfo": MEMINFO, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_without_control_groups_the_affinity_mask_and_the_physical_memory_count(tmp_path: Path) -> None:
    """Where nothing sets a limit, a process may use what its affinity mask and the machine allow."""
    root = _machine(tmp_path, {})
    assert cores_available(root, affinity=6) == 6
    assert memory_available(root) == memory_physical(root) == 32768000 * 1024


def test_a_machine_that_says_nothing_has_no_known_memory(tmp_path: Path) -> None:
    """Memory that nobody knows is None and never a guess."""
    assert memory_available(tmp_path) is None


def test_version_2_limits_of_a_group_count(tmp_path: Path) -> None:
    """A container's CPU quota and memory limit hold, whatever its host has."""
    limits = {"sys/fs/cgroup/cpu.max": "200000 100000\n", "sys/fs/cgroup/memory.max": f"{4 * GIB}\n"}
    root = _machine(tmp_path, {**DOCKER_V2, **limits})
    assert cores_available(root, affinity=16) == 2
    assert memory_available(root) == 4 * GIB


def test_version_2_limits_of_the_groups_around_count(tmp_path: Path) -> None:
    """The tightest limit on the way up holds, and `max` is none."""
    slice_ = "sys/fs/cgroup/user.slice"
    session = f"{slice_}/user-1000.slice/session-3.scope"
    limits = {
        f"{session}/cpu.max": "max 100000\n",
        f"{session}/memory.max": "max\n",
        f"{slice_}/cpu.max": "350000 100000\n",
        f"{slice_}/memory.max": f"{8 * GIB}\n",
    }
    root = _machine(tmp_path, {**HOST_V2, **limits})
    assert cores_available(root, affinity=8) == 3
    assert memory_available(root) == 8 * GIB


def test_version_1_limits_of_a_container_count(tmp_path: Path) -> None:
    """Where the mount begins at the container's group, that group's limits are found."""
    limits = {
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "150000\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GIB}\n",
    }
    root = _machine(tmp_path, {**DOCKER_V1, **limits})
    assert cores_available(root, affinity=4) == 1
    assert memory_available(root) == 2 * GIB


def test_hybrid_groups_are_both_looked_at(tmp_path: Path) -> None:
    """With both versions mounted, the limit of either counts; -1 and the largest number are none."""
    limits = {
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/job/7/memory.limit_in_bytes": f"{3 * GIB}\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    root = _machine(tmp_path, {**HYBRID, **limits})
    assert cores_available(root, affinity=2) == 2
    assert memory_available(root) == 3 * GIB


def test_a_quota_of_less_than_a_core_is_one_core(tmp_path: Path) -> None:
    """A process always has a core, if only for some of the time."""
    root = _machine(tmp_path, {**DOCKER_V2, "sys/fs/cgroup/cpu.max": "50000 100000\n"})
    assert cores_available(root, affinity=16) == 1


def test_each_group_with_a_quota_says_how_long_it_was_kept_from_its_cores(tmp_path: Path) -> None:
    """The counters run from different moments on, and so stay apart; a group without a quota has none that counts."""
    session, slice_ = "sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope", "sys/fs/cgroup/user.slice"
    files = {
        f"{session}/cpu.max": "max 100000\n",
        f"{session}/cpu.stat": "throttled_usec 9000000\n",
        f"{slice_}/user-1000.slice/cpu.max": "100000 100000\n",
        f"{slice_}/user-1000.slice/cpu.stat": "usage_usec 7\nthrottled_usec 1500000\n",
        f"{slice_}/cpu.max": "350000 100000\n",
        f"{slice_}/cpu.stat": "throttled_usec 8000000\n",
    }
    root = _machine(tmp_path, {**HOST_V2, **files})
    assert throttled_s(root) == {f"{root / slice_ / 'user-1000.slice'}": 1.5, f"{root / slice_}": 8.0}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity masks")
def test_a_real_affinity_mask_counts() -> None:
    """A process that is kept on one core finds one core."""
    program = (
        "import os; from bench.machine.limits import cores_available;"
        "os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1]); print(cores_available())"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "1"


def test_a_real_memory_limit_counts() -> None:
    """A process that root puts into a group with a memory limit finds that limit."""
    group, limit = _new_group()
    try:
        (group / limit).write_text(str(GIB))
        program = (
            "import sys; sys.stdin.read(); from bench.machine.limits import memory_available; print(memory_available())"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        (group / "cgroup.procs").write_text(str(child.pid))
        assert int(child.communicate()[0]) == GIB
    finally:
        group.rmdir()


def _new_group() -> tuple[Path, str]:
    """Make a control group of this machine, and say what its file for the memory limit is called."""
    for root, limit in (("memory", "memory.limit_in_bytes"), (".", "memory.max")):
        group = Path("/sys/fs/cgroup", root, f"bench-test-{os.getpid()}")
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / limit).exists():
            return group, limit
        group.rmdir()
    pytest.skip("this process may not make control groups here")
