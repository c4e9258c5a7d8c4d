"""Makes text from strategies, datasets and exceptions fit to be shown: whole characters, bounded length, no control."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 120
REASON_LIMIT = 600
LABEL_LIMIT = 28
# Control, format (bidirectional overrides among them), private use, surrogates, line and paragraph separators.
UNSHOWABLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def shown(text: str, limit: int = NAME_LIMIT) -> str:
    """Return a text on one line, without control characters, and cut to a length.

    Args:
        text: Any text.
        limit: Most characters; the end says how many were cut off.
    """
    if len(text) <= limit and text.isprintable():
        return text
    kept = text[: limit + 1]  # so that a text of a megabyte costs nothing
    kept = "".join(" " if character in "\t\n\r" else _safe(character) for character in kept)
    if len(text) <= limit:
        return kept
    return f"{kept[:limit]} … ({len(text) - limit:,} more characters)"


def label(text: str) -> str:
    """Return a text as short as an axis has room for."""
    whole = shown(text, 4 * LABEL_LIMIT)
    return whole if len(whole) <= LABEL_LIMIT else f"{whole[: LABEL_LIMIT - 1]}…"


def _safe(character: str) -> str:
    return "\ufffd" if unicodedata.category(character) in UNSHOWABLE else character
