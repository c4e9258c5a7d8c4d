"""Hosts out of network namespaces: each has an address, a name, a home and a temporary directory of its own.

They share the kernel and the interpreter's files, and no other path: an empty file system hides the files of the tests,
of the other hosts and of our own code. Needs the rights of root, and iproute2.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import bench
import strategies
from tests.standalone import Host

NETWORK = "10.213.77"
BRIDGE = "bench-bridge"
FIRST = 11  # of the hosts' numbers, the last part of their addresses
# Hides directories, gives the host its name and its home, and replaces itself by the command.
ENTER = """
set -eu
name=$1 address=$2 home=$3 hidden=$4; shift 4
mount --make-rprivate /
mkdir -p "$home"
exec 9<"$home"
for directory in $hidden; do mount -t tmpfs none "$directory"; done
mkdir -p "$home"
mount --no-canonicalize --bind /proc/self/fd/9 "$home"  # or mount would look for the path that is hidden now
exec 9<&-
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$home/hosts"
mount --bind "$home/hosts" /etc/hosts
hostname "$name"
exec "$@"
"""


class Network:
    """A bridge with hosts on it.

    Attributes:
        address: The bridge's, where this machine itself can be reached.
        hosts: The hosts, by name.
    """

    def __init__(self, base: Path, names: list[str], clear: list[str]) -> None:
        """Make namespaces, and a link from each to the bridge.

        Args:
            base: Directory of the tests, which no host sees but for its own home in it.
            names: Names of the hosts.
            clear: Those of them that see our code and everything else, such as the driver's.
        """
        self.address = f"{NETWORK}.1"
        self.hosts: dict[str, Host] = {}
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("address", "add", f"{self.address}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        ours = [str(Path(package.__path__[0])) for package in (bench, strategies)]
        for number, name in enumerate(names, FIRST):
            space, address, home = space_of(name), f"{NETWORK}.{number}", base / name
            ip("netns", "add", space)
            ip("link", "add", f"bench-{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("link", "set", f"bench-{number}", "master", BRIDGE, "up")
            for command in (["address", "add", f"{address}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
                ip("-n", space, *command)
            ip("-n", space, "link", "set", "lo", "up")
            prefix = ("ip", "netns", "exec", space)
            if name not in clear:
                hidden = " ".join([*ours, str(base)])
                unshared = ("unshare", "--mount", "--uts", "sh", "-c", ENTER, "sh", name, address, str(home), hidden)
                prefix = (*prefix, *unshared)
            self.hosts[name] = Host(address, home, prefix)

    def cut(self, name: str) -> None:
        """Cut a host off the network, in both directions."""
        number = self.hosts[name].address.rpartition(".")[2]
        ip("link", "set", f"bench-{number}", "down")

    def mend(self, name: str) -> None:
        """Connect a cut host again."""
        number = self.hosts[name].address.rpartition(".")[2]
        ip("link", "set", f"bench-{number}", "up")


def space_of(name: str) -> str:
    """Return the kernel's name for a host."""
    return f"bench-{name}"


def ip(*arguments: str) -> None:
    """Run iproute2's program."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)


def why_not() -> str | None:
    """Return the reason why hosts cannot be made here, ``None`` if they can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if missing := [name for name in ("ip", "unshare", "mount", "hostname") if not shutil.which(name)]:
        return f"{' and '.join(missing)} not installed"
    space = space_of(f"probe-{os.getpid()}")  # tests may run side by side
    probe = ("ip", "netns", "exec", space, "unshare", "--mount", "--uts", "true")
    try:
        ip("netns", "add", space)
        subprocess.run(probe, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        return f"network namespaces are not permitted here ({error})"
    finally:
        with suppress(OSError, subprocess.SubprocessError):
            ip("netns", "delete", space)
    return None


@contextmanager
def network(base: Path, names: list[str], clear: list[str]) -> Iterator[Network]:
    """Make hosts for as long as the block runs; skip the test where that is not permitted."""
    if reason := why_not():
        pytest.skip(reason)
    remove(names)
    try:
        yield Network(base, names, clear)
    finally:
        remove(names)


def remove(names: list[str]) -> None:
    """Remove hosts and bridge, also those that a killed test has left."""
    for number, name in enumerate(names, FIRST):
        for command in (["netns", "delete", space_of(name)], ["link", "delete", f"bench-{number}"]):
            with suppress(subprocess.SubprocessError):
                ip(*command)
    with suppress(subprocess.SubprocessError):
        ip("link", "delete", BRIDGE)
