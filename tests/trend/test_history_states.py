"""A history keeps what was added, whatever was added before, in whichever order, and how often."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from bench.trend.history import open_history
from bench.trend.night import Night, from_json
from tests.trend.nights import night

NIGHTS = st.builds(
    night,
    st.integers(0, 20),
    st.floats(-50, 200),
    case=st.sampled_from(["xgboost, train", "tensorflow, train", "\N{SNOWMAN} \n"]),
    reference=st.sampled_from([None, "4" * 40]),
)


class HistoryMachine(RuleBasedStateMachine):
    """Adds nights, opens the history anew, and leaves files of others beside them."""

    added = Bundle("added")

    def __init__(self) -> None:
        """Begin with a place where there is nothing."""
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.known: dict[str, Night] = {}
        self.history = open_history(str(self.place / "nights"))

    @rule(target=added, one=NIGHTS)
    def add(self, one: Night) -> Night:
        """Only a night that is not there is new."""
        assert self.history.add(one) == (one.file not in self.known)
        self.known[one.file] = one
        return one

    @rule(one=added)
    def add_again(self, one: Night) -> None:
        """The same night has the same file, and changes nothing."""
        assert not self.history.add(one)

    @rule(one=added)
    def read_back(self, one: Night) -> None:
        """What its file says is the night."""
        content = (self.place / "nights" / one.file).read_bytes()
        assert from_json(content, one.file) == one
        assert content == one.to_json()

    @rule()
    def open_anew(self) -> None:
        """Another process finds the same."""
        self.history = open_history(str(self.place / "nights"))

    @rule(name=st.sampled_from([".hidden.json", "notes.txt", ".0123456789abcdef"]))
    def leave_something(self, name: str) -> None:
        """Hidden and other files are nobody's nights, such as those of a writer that was killed."""
        (self.place / "nights").mkdir(exist_ok=True)
        (self.place / "nights" / name).write_text("{")

    @invariant()
    def all_are_there(self) -> None:
        """All that was added is there, once, the oldest first."""
        found = self.history.nights()
        assert sorted(one.file for one in found) == sorted(self.known)
        assert [one.at for one in found] == sorted(one.at for one in found)

    def teardown(self) -> None:
        """Take the place away."""
        shutil.rmtree(self.place)


HistoryMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestHistory = HistoryMachine.TestCase
