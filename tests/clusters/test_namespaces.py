"""Networks of namespaces, as the tests of several hosts make them: side by side, and after a test that was killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests import namespaces
from tests.conftest import is_alive
from tests.namespaces import network

KILLED = """
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.namespaces import ip, network

with network(Path(sys.argv[1]), ["one"], clear=[]) as hosts:
    command = [*hosts.hosts["one"].prefix, "sleep", "600"]
    left = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid
    while str(left) not in ip("netns", "pids", f"bench{hosts.number}-one").split():
        pass
    print(hosts.number, left, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_two_networks_are_there_at_once(tmp_path: Path) -> None:
    """Each has names and addresses of its own, the end of one leaves the other alone, and nothing goes on in it."""
    with network(tmp_path / "a", ["driver", "one"], clear=["driver"]) as first:
        assert namespaces.is_routed(namespaces.SUBNETS[first.number])
        with network(tmp_path / "b", ["driver", "one"], clear=["driver"]) as second:
            assert second.address != first.address
            running = [subprocess.Popen([*host.prefix, "sleep", "600"]) for host in second.hosts.values()]
            assert _reaches(second, "one")
        assert [process.wait(10) for process in running] == [-signal.SIGKILL] * 2
        assert not namespaces.is_routed(namespaces.SUBNETS[second.number])
        assert _reaches(first, "one")


def test_what_a_killed_test_has_left_is_removed(tmp_path: Path) -> None:
    """The next network ends its processes and removes its names, and not those of a test that goes on."""
    with network(tmp_path / "mine", ["one"], clear=[]) as mine:
        command = [sys.executable, "-c", KILLED, str(tmp_path / "killed")]
        environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}  # also where a wheel is tested
        killed = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        number, left = map(int, killed.stdout.split())
        assert number != mine.number
        namespaces.remove_left()
        assert not is_alive(left)
        assert f"bench{number}-" not in namespaces.ip("netns", "list")
        assert _reaches(mine, "one")


def _reaches(hosts: namespaces.Network, name: str) -> bool:
    """Return whether a host of a network reaches its bridge."""
    with socket.create_server((hosts.address, 0)) as server:
        program = f"import socket; socket.create_connection({server.getsockname()}, 2)"
        return subprocess.run([*hosts.hosts[name].prefix, sys.executable, "-c", program], check=False).returncode == 0
