"""The directory of datasets holds what was made last under each name, whatever failed or was killed before."""

from __future__ import annotations

import functools
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from bench.datasets import store
from bench.datasets.format.fingerprint import recompute
from bench.datasets.makers.ingest import import_parquet
from bench.datasets.makers.synthetic import make_synthetic
from bench.errors import DatasetError, UsageError
from bench.machine.scratch import SECONDS_TO_OWN

# What changes a directory, as Python announces it before it is done.
CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir"}
MOST_CHANGES = 24  # of one maker: it makes a dataset and takes away the one before it
CONTENTS = st.tuples(st.sampled_from(["synthetic", "import"]), st.integers(0, 2))
NAMES = st.sampled_from(["one", "two", "one.more"])
# A child of `multiprocessing` begins with all of this read, and has no threads.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])

Progress = Callable[[str, int, int], None]


def _ignore(_what: str, _done: int, _total: int) -> None:
    """Take a report of progress."""


def make(place: Path, maker: str, seed: int, name: str, *, force: bool = False, progress: Progress = _ignore) -> None:
    """Make a dataset of 40 rows in a directory of datasets.

    Args:
        place: The directory.
        maker: ``synthetic``, or ``import`` of a table of its own.
        seed: Each gives another content.
        name: The dataset's name.
        force: Whether it replaces one.
        progress: Called in the middle.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(place))
        if maker == "synthetic":
            make_synthetic(40, 2, seed=seed, name=name, force=force, progress=progress)
            return
        numbers = np.random.default_rng(seed).normal(size=40)
        table = place.parent / f"table-{seed}.parquet"
        if not table.exists():
            pq.write_table(pa.table({"x": numbers, "label": np.arange(40) % 2}), table)
        import_parquet(str(table), "label", name=name, force=force, progress=progress)


@functools.cache
def content(maker: str, seed: int) -> str:
    """Return the fingerprint of what a maker makes where there is nothing else."""
    with tempfile.TemporaryDirectory() as place:
        make(Path(place, "home"), maker, seed, "alone")
        return recompute(store.open_manifest(str(Path(place, "home", "alone"))))


def make_and_die(place: Path, maker: str, seed: int, name: str, changes: int) -> None:
    """Begin to replace a dataset, and be killed before the next change of a directory after so many."""
    left = changes

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        left -= event in CHANGES
        if left < 0:
            signal.raise_signal(signal.SIGKILL)  # unlike `os.kill`, without a next announcement

    sys.addaudithook(count)
    make(place, maker, seed, name, force=True)


class StoreMachine(RuleBasedStateMachine):
    """Makes, replaces and removes datasets; makers fail, and are killed anywhere."""

    there = Bundle("there")

    def __init__(self) -> None:
        """Begin with a directory that is not there."""
        super().__init__()
        self.home = Path(tempfile.mkdtemp(), "home")
        self.known: dict[str, str] = {}
        self.moved: set[str] = set()  # by who was killed between two steps of replacing it

    @rule(target=there, name=NAMES, made=CONTENTS, force=st.booleans())
    def make(self, name: str, made: tuple[str, int], force: bool) -> str:
        """It is made where its name is free, and where it may replace another one."""
        if name in self.known and not force:
            with pytest.raises(UsageError, match="already"):
                make(self.home, *made, name)
        else:
            make(self.home, *made, name, force=force)
            self.known[name] = content(*made)
        self.moved.clear()
        return name

    @rule(name=NAMES, made=CONTENTS, error=st.sampled_from([KeyboardInterrupt, DatasetError, ValueError]))
    def fail(self, name: str, made: tuple[str, int], error: type[BaseException]) -> None:
        """Who fails in the middle changes nothing."""

        def stop(_what: str, _done: int, _total: int) -> None:
            raise error

        with pytest.raises(error):
            make(self.home, *made, name, force=True, progress=stop)
        self.moved.clear()

    @rule(name=NAMES, made=CONTENTS, changes=st.integers(0, MOST_CHANGES))
    def kill(self, name: str, made: tuple[str, int], changes: int) -> None:
        """Who is killed leaves the one before, or its own; where it was between them, the next maker puts one back."""
        process = FORKS.Process(target=make_and_die, args=(self.home, *made, name, changes))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        process.close()
        found = self._found()
        if found.get(name) == content(*made):
            self.known[name] = content(*made)
        missing = {one for one in self.known if one not in found}
        assert missing <= {*self.moved, name}
        self.moved = missing

    @rule(name=consumes(there))
    def remove(self, name: str) -> None:
        """A user takes the directory away."""
        if name in self.known and name not in self.moved:
            shutil.rmtree(self.home / name)
            del self.known[name]

    @rule()
    def sweep(self) -> None:
        """The next maker leaves nothing hidden, once whoever may still come to own a directory had a minute for it."""
        if self.home.exists():
            for path in self.home.glob(".*"):
                os.utime(path, (0, time.time() - 2 * SECONDS_TO_OWN))
            with pytest.raises(KeyboardInterrupt), store.stage_dataset("new", under=self.home):
                raise KeyboardInterrupt
            assert list(self.home.glob(".*")) == []
        self.moved.clear()

    def _found(self) -> dict[str, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BENCH_DATA", str(self.home))
            found = {}
            for name in store.names():
                manifest = store.open_manifest(name)
                found[name] = recompute(manifest)
                assert manifest.dataset.fingerprint == found[name]
            return found

    @invariant()
    def all_are_there(self) -> None:
        """Each name opens with the content that it was given last, and no other is listed."""
        assert self._found() == {name: held for name, held in self.known.items() if name not in self.moved}

    def teardown(self) -> None:
        """Take the place away."""
        shutil.rmtree(self.home.parent)


StoreMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestStore = StoreMachine.TestCase
