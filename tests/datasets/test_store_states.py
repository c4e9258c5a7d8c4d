"""The directory of datasets holds what was made last under each name, whatever failed or was killed before."""

from __future__ import annotations

import functools
import shutil
import signal
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from bench.datasets import store
from bench.datasets.format.fingerprint import recompute
from bench.errors import DatasetError, UsageError
from tests.datasets.victims import MOST_CHANGES, Kill, make, victims

CONTENTS = st.tuples(st.sampled_from(["synthetic", "import"]), st.integers(0, 2))
NAMES = st.sampled_from(["one", "two", "one.more"])


@functools.cache
def content(maker: str, seed: int) -> str:
    """Return the fingerprint of what a maker makes where there is nothing else."""
    with tempfile.TemporaryDirectory() as place:
        make(Path(place, "home"), maker, seed, "alone")
        return recompute(store.open_manifest(str(Path(place, "home", "alone"))))


class StoreMachine(RuleBasedStateMachine):
    """Makes, replaces and removes datasets; makers fail, and are killed anywhere."""

    there = Bundle("there")
    kill_one: ClassVar[Kill]

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
        assert self.kill_one(self.home, *made, name, changes) in (0, -signal.SIGKILL)
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
        """The next maker leaves nothing hidden."""
        if self.home.exists():
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


StoreMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)


class TestStore(StoreMachine.TestCase):  # type: ignore[misc, name-defined]
    """Runs the machine beside the program whose forks are killed."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        StoreMachine.kill_one = staticmethod(cls.enterClassContext(victims()))
