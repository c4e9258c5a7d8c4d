"""Nothing that others wrote ends in a traceback: changed texts are read, or refused by one sentence."""

from __future__ import annotations

import pytest

from bench.errors import BenchError
from tests.fuzzing.fuzz import fault_of_sentence, feed
from tests.fuzzing.readers import Reader, readers

INPUTS = 300  # `tox -e fuzz` has a million of each
NAMES = (
    *("records", "run.json", "report", "export", "parquet export", "verdict", "night", "pytest-benchmark", "suites"),
    *("price", "machines", "manifest", "answer", "scores", "network", "parquet"),
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """All readers."""
    return readers(tmp_path_factory.mktemp("fuzzed"))


def test_all_readers_are_fed(known: dict[str, Reader]) -> None:
    """None is left out of what follows."""
    assert set(known) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_changed_texts_are_read_or_refused(known: dict[str, Reader], name: str) -> None:
    """Of the same inputs each time none ends in anything else, and some of both kinds are among them."""
    found = feed(known[name], 20, range(INPUTS))
    assert not found.faults, found.examples
    assert found.read
    assert found.refused


NESTED = "[" * 100_000
"""Deeper than any parser follows."""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("parquet", "parquet export")])
def test_what_is_nested_too_deep_is_refused(known: dict[str, Reader], name: str) -> None:
    """A text of brackets alone is no answer to anybody, and no RecursionError either."""
    with pytest.raises(BenchError) as refused:
        known[name].read(NESTED.encode())
    assert fault_of_sentence(str(refused.value)) is None
