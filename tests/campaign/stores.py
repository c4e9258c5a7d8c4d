"""The work in a bucket, and what an object store may do to it: SeaweedFS behind a proxy that misbehaves."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.fs as pafs
import pytest

from bench.datasets import remote
from bench.datasets.store import open_manifest
from bench.records.choice import trial_key
from tests.campaign.faults import Choices, Dress, Fault
from tests.campaign.runs import CHEAP, PHASES, having, resume_all
from tests.campaign.sandbox import Ending, Sandbox
from tests.campaign.works import DATASET, Work
from tests.objectstore import BUCKET, ObjectStore, Proxy

_PLAIN = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
REFUSALS = {
    "503": b"HTTP/1.1 503 Slow Down\r\n" + _PLAIN,
    "429": b"HTTP/1.1 429 Too Many Requests\r\n" + _PLAIN,
    "down": b"",
}
_ETAG = re.compile(rb'(etag: "?)[0-9a-f]{8}', re.IGNORECASE)


class FaultyProxy(Proxy):
    """Refuses connections, or changes what the store says of an object's content.

    Attributes:
        mode: A key of `REFUSALS`, ``etag`` or empty.
        refused: How many connections more are refused.
        met: How many connections it has done something to.
    """

    mode, refused, met = "", 0, 0

    def _serve(self, client: Any) -> None:
        if self.mode in REFUSALS and self.refused > 0:
            self.refused -= 1
            self.met += 1
            with client:
                client.recv(1 << 16)
                client.sendall(REFUSALS[self.mode])
            return
        super()._serve(client)

    def _answer(self, client: Any, data: bytes) -> bool:
        changed = _ETAG.sub(rb"\g<1>00000000", data) if self.mode == "etag" else data
        passed = super()._answer(client, changed)
        self.met += changed != data or not passed or self.delay_s > 0
        return passed

    def heal(self) -> None:
        """Pass everything on."""
        self.mode, self.refused, self.met, self.delay_s, self.left = "", 0, 0, 0.0, None


def copy_dataset(dataset: Path, uri: str, store: ObjectStore) -> None:
    """Copy a dataset into a store, of whose credentials this process must not inherit any."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.environ.items():
            patch.setenv(name, value)
        remote.copy(open_manifest(str(dataset)), uri, store.storage)


class Cellar:
    """The store and its proxy, which start with the first plan that needs them."""

    def __init__(self) -> None:
        self._store: ObjectStore | None = None
        self._proxy: FaultyProxy | None = None

    def open(self, directory: Path) -> tuple[ObjectStore, FaultyProxy]:
        """Return them.

        Args:
            directory: For the store's data.
        """
        if self._store is None or self._proxy is None:
            self._store = ObjectStore(directory)
            self._store.start()
            self._proxy = FaultyProxy(self._store.endpoint)
            copy_dataset(directory.parent / "datasets" / DATASET, f"s3://{BUCKET}/{DATASET}", self._store)
        return self._store, self._proxy

    def close(self) -> None:
        """End them."""
        if self._store and self._proxy:
            self._proxy.close()
            self._store.kill()


CELLAR = Cellar()


@dataclass(frozen=True)
class StoreFault(Fault):
    """The object store is down, slow, busy, or sends what it should not."""

    def draw(self, random: Random, work: Work) -> dict[str, Any]:
        """Choose what is wrong, and for how long."""
        what = random.choice(("down", "503", "429", "slow", "etag", "truncated"))
        return {"what": what, "times": random.choice((1, 2, 4, 10**9)), "bytes": random.choice((0, 100, 500, 2000))}

    def dress(self, box: Sandbox, choices: Choices) -> Dress:
        """Have the proxy misbehave until the command has ended."""
        _, proxy = CELLAR.open(box.root.parent / "store")
        what = choices["what"]
        if what == "slow":
            proxy.delay_s = 0.3
        elif what == "truncated":
            proxy.left = choices["bytes"]
        else:
            proxy.mode, proxy.refused = what, choices["times"]

        def heal() -> None:
            box.hit = f"{what}, {proxy.met} connections" if proxy.met else ""
            proxy.heal()

        return Dress(undo=heal)


class BucketRun(Work):
    """`bench run` into a bucket, and `--resume`."""

    name, weight = "bucket run", 1.0
    phases, codes = PHASES, (0, 1, 2, 5, 130)

    def draw(self, random: Random, target: str) -> tuple[str, ...]:
        """Return a run of one strategy or two, on the dataset that is here or the one that is in the store."""
        data = random.choice((DATASET, f"s3://{BUCKET}/{DATASET}"))
        return ("run", *having(CHEAP, target, random), "--data", data, "--cores", "1", "--out", f"s3://{BUCKET}/TOKEN")

    def prepare(self, box: Sandbox) -> None:
        """Tell the commands how to reach the store."""
        store, proxy = CELLAR.open(box.root.parent / "store")
        box.environ.update(store.environ | {"AWS_ENDPOINT_URL": proxy.endpoint})

    def check(self, box: Sandbox, ending: Ending) -> Iterator[str]:
        """See that each object is whole, no trial is there twice, and the exit code is what the records say."""
        for run, objects in _stored(box).items():
            if "run.json" not in objects:
                if ending.code is not None and ending.code >= 0:
                    yield f"{run} was left in the store without a run.json"
                continue
            try:
                planned, statuses = _trials(objects)
            except (ValueError, KeyError) as error:
                yield f"an object of {run} is damaged: {error}"
                continue
            done = Counter(key for key, status in statuses if status in ("ok", "skipped"))
            if max(done.values(), default=0) > 1:
                yield "a trial that was done has two records in the store"
            good = done.keys()
            if ending.code == 0 and good != planned:
                yield f"exit code 0 with {len(good)} of {len(planned)} trials in the store"
            if ending.code == 1 and ({key for key, _ in statuses} != planned or good == planned):
                yield f"exit code 1 with {len(good)} of {len(planned)} trials that are good"

    def kept_elsewhere(self, box: Sandbox) -> Iterator[tuple[str, bytes]]:
        """Yield the objects."""
        for run, objects in _stored(box).items():
            for name, content in objects.items():
                yield f"the store's {run}/{name}", content

    def finish(self, box: Sandbox, arguments: tuple[str, ...]) -> Iterator[str]:
        """Resume the run, or run anew where none is in the store."""
        refused = yield from resume_all(box, uris_of_runs(box), arguments)
        if refused is None:
            return
        for run, objects in _objects(box).items():
            if _uri(box, run) in refused:
                continue
            planned, statuses = _trials(objects)
            if {key for key, status in statuses if status in ("ok", "skipped")} != planned:
                yield f"after --resume the store has {len(statuses)} records for {len(planned)} trials"


def uris_of_runs(box: Sandbox) -> list[str]:
    """Return the runs of a sandbox that the store has."""
    if "AWS_ENDPOINT_URL" not in box.environ:
        return []
    return [_uri(box, run) for run in _objects(box)]


def _uri(box: Sandbox, run: str) -> str:
    return f"s3://{BUCKET}/{box.token}/{run}"


def _objects(box: Sandbox) -> dict[str, dict[str, bytes]]:
    """Return what the store has of each run that has a run.json."""
    return {run: objects for run, objects in _stored(box).items() if "run.json" in objects}


def _stored(box: Sandbox) -> dict[str, dict[str, bytes]]:
    """Return the content of the objects of each run, by the run's name and theirs."""
    store, _ = CELLAR.open(box.root.parent / "store")
    filesystem = store.filesystem()
    place = f"{BUCKET}/{box.token}"
    found: dict[str, dict[str, bytes]] = {}
    for one in filesystem.get_file_info(pafs.FileSelector(place, recursive=True, allow_not_found=True)):
        if one.is_file:
            run, _, name = one.path.removeprefix(f"{place}/").partition("/")
            with filesystem.open_input_stream(one.path) as stream:
                found.setdefault(run, {})[name] = stream.read()
    return found


def _trials(objects: Mapping[str, bytes]) -> tuple[set[Any], list[tuple[Any, str]]]:
    """Return the planned trials, and each record's trial with its status."""
    planned = {trial_key(trial) for trial in json.loads(objects["run.json"])["plan"]}
    records = [json.loads(content) for name, content in objects.items() if name.startswith("records/")]
    return planned, [(trial_key(record["trial"]), record["status"]) for record in records]


@dataclass(frozen=True)
class Twins(Fault):
    """Two harnesses at once, with the same command: on one dataset, one directory of results, one bucket."""

    def act(self, box: Sandbox, process: subprocess.Popen[bytes], choices: Choices, usual_s: float) -> None:
        """Start the second one, and wait for its end."""
        arguments, _ = process.bench  # type: ignore[attr-defined]
        other = box.end(box.start(arguments))
        box.hit = f"the other ended with {other.code}"
