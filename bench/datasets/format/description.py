"""How a registered table is read, as text that travels with a trial to hosts that do not see its manifest."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

# Spark makes a file of a closure above 1 MiB, and credentials stand in the same closure as the dataset; names and
# statistics of 5,000 features take 300 kB of it.
MOST_CHARACTERS = 500_000


def pack(registered: Mapping[str, Any]) -> str:
    """Return the part of a manifest that rows are read by as text; empty where it is too much to travel.

    Args:
        registered: `bench.datasets.format.manifest.Manifest.registered`.
    """
    content = json.dumps(registered, separators=(",", ":")).encode()
    text = base64.b85encode(zlib.compress(content, 9)).decode()
    return text if len(text) <= MOST_CHARACTERS else ""


def unpack(text: str) -> dict[str, Any]:
    """Return what `pack` made a text of.

    Args:
        text: The text, not empty.
    """
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(text)))
    return found
