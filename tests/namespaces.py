"""Hosts out of network namespaces: each has an address, a name, a home and a temporary directory of its own.

They share the kernel and the interpreter's files, and no other path: an empty file system hides the files of the tests,
of the other hosts and of our own code. Several networks can exist at once, each with a number of its own. Needs the
rights of root, and iproute2.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest

import bench
import strategies
from tests.standalone import Host

# Addresses of the networks, by number: some of the private ones, and of those that RFC 2544 sets aside for benchmarks.
SUBNETS = [
    part for all_of in ("10.213.64.0/19", "198.18.64.0/19") for part in ip_network(all_of).subnets(new_prefix=24)
]
FIRST = 11  # of the hosts' numbers, the last part of their addresses
SECONDS_TO_DIE = 10
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
        number: Of the network, which its names and addresses are made of.
        address: The bridge's, where this machine itself can be reached.
        hosts: The hosts, by name.
    """

    def __init__(self, number: int, base: Path, names: list[str], clear: list[str]) -> None:
        """Make namespaces, and a link from each to the bridge.

        Args:
            number: One that is free.
            base: Directory of the tests, which no host sees but for its own home in it.
            names: Names of the hosts.
            clear: Those of them that see our code and everything else, such as the driver's.
        """
        self.number = number
        subnet, bridge = SUBNETS[number], bridge_of(number)
        self.address = str(subnet[1])
        self.hosts: dict[str, Host] = {}
        ip("link", "add", bridge, "type", "bridge")
        ip("address", "add", f"{self.address}/{subnet.prefixlen}", "dev", bridge)
        ip("link", "set", bridge, "up")
        ours = [str(Path(package.__path__[0])) for package in (bench, strategies)]
        for place, name in enumerate(names, FIRST):
            space, address, home = f"{bridge}-{name}", str(subnet[place]), base / name
            ip("netns", "add", space)
            ip("link", "add", f"{bridge}-{place}", "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("link", "set", f"{bridge}-{place}", "master", bridge, "up")
            for command in (["address", "add", f"{address}/{subnet.prefixlen}", "dev"], ["link", "set", "up", "dev"]):
                ip("-n", space, *command, "eth0")
            ip("-n", space, "link", "set", "lo", "up")
            prefix = ("ip", "netns", "exec", space)
            if name not in clear:
                hidden = " ".join([*ours, str(base)])
                unshared = ("unshare", "--mount", "--uts", "sh", "-c", ENTER, "sh", name, address, str(home), hidden)
                prefix = (*prefix, *unshared)
            self.hosts[name] = Host(address, home, prefix)

    def cut(self, name: str) -> None:
        """Cut a host off the network, in both directions."""
        ip("link", "set", self._link(name), "down")

    def mend(self, name: str) -> None:
        """Connect a cut host again."""
        ip("link", "set", self._link(name), "up")

    def _link(self, name: str) -> str:
        return f"{bridge_of(self.number)}-{self.hosts[name].address.rpartition('.')[2]}"


def bridge_of(number: int) -> str:
    """Return the name of a network's bridge, with which all of its names begin."""
    return f"bench{number}"


def ip(*arguments: str) -> str:
    """Run iproute2's program, and return what it prints."""
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30, text=True).stdout


def why_not() -> str | None:
    """Return the reason why hosts cannot be made here, ``None`` if they can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if missing := [name for name in ("ip", "unshare", "mount", "hostname") if not shutil.which(name)]:
        return f"{' and '.join(missing)} not installed"
    space = f"bench-probe-{os.getpid()}"  # tests may run side by side
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
    """Make hosts for as long as the block runs, and end what runs on them; skip the test where none can be made."""
    if reason := why_not():
        pytest.skip(reason)
    remove_left()
    for number, subnet in enumerate(SUBNETS):
        with claim(number) as free:
            if not free or is_routed(subnet):
                continue
            try:
                yield Network(number, base, names, clear)
            finally:
                remove(number)
            return
    pytest.skip(f"this machine has a route to each of {len(SUBNETS)} networks, or tests hold them")


@contextmanager
def claim(number: int) -> Iterator[bool]:
    """Hold a network's number while the block runs; give whether it was free.

    A name of a socket without a file belongs to one process of this machine's network, as bridges do, and is free again
    as soon as that process is dead.
    """
    with socket.socket(socket.AF_UNIX) as holder:
        try:
            holder.bind(f"\0{bridge_of(number)}")
        except OSError:
            yield False
        else:
            yield True


def is_routed(subnet: IPv4Network) -> bool:
    """Return whether this machine has a route to a part of a network, but for the default."""
    routes = json.loads(ip("-4", "-json", "route", "show", "table", "all") or "[]")
    return any(subnet.overlaps(ip_network(route["dst"])) for route in routes if route["dst"] != "default")


def remove_left() -> None:
    """Remove the networks of tests that were killed."""
    bridges = json.loads(ip("-json", "link", "show", "type", "bridge") or "[]")
    for number in range(len(SUBNETS)):
        if bridge_of(number) in {bridge.get("ifname") for bridge in bridges}:
            with claim(number) as left:
                if left:
                    remove(number)


def remove(number: int) -> None:
    """End all that runs on the hosts of a network, and remove them, their links and, at last, the bridge."""
    bridge = bridge_of(number)
    for space in re.findall(rf"^{bridge}-\S+", ip("netns", "list"), re.MULTILINE):
        deadline = time.monotonic() + SECONDS_TO_DIE
        while (running := ip("netns", "pids", space).split()) and time.monotonic() < deadline:
            for process in running:
                with suppress(ProcessLookupError):
                    os.kill(int(process), signal.SIGKILL)
            time.sleep(0.05)
        ip("netns", "delete", space)
    for link in json.loads(ip("-json", "link", "show") or "[]"):
        if link["ifname"].startswith(f"{bridge}-"):
            with suppress(subprocess.SubprocessError):  # its other end went with the namespace
                ip("link", "delete", link["ifname"])
    with suppress(subprocess.SubprocessError):  # where making it has failed
        ip("link", "delete", bridge)
