"""The example in the documentation is a file that is read."""

from __future__ import annotations

import re
from pathlib import Path

from bench.prices.machine_types import MACHINE, parse

PAGE = Path(__file__).parents[2] / "docs/reference/machines.md"


def test_the_example_is_read() -> None:
    """As it stands in the page, which also describes each key."""
    text = PAGE.read_text()
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example
    assert len(parse(example[1], "example").machines) == 2
    assert [key for key in MACHINE if f"`{key}`" not in text] == []
