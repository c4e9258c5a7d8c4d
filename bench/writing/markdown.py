"""Writes Markdown: escapes all text that comes from outside.

Characters become character references, and not backslash escapes: references hold in a table's cell after any number of
backslashes, and in a raw HTML block such as a ``<summary>``, where a backslash is shown. GitHub looks for mentions and
issues after Markdown was turned into HTML, so that only a character of no width stops it.
"""

from __future__ import annotations

import re

NO_WIDTH = "\u200b"
_MARKUP = re.compile(
    r"""
    [\\`*\[\]{}<>#|~$&@]
    | (?<![^\W_])_ | _(?![^\W_])        # between two letters an underscore is no emphasis
    | (?<=:)/(?=/) | (?<=\bwww)\.       # the marks of a web address
    | ^-(?=-+\ ?$)                       # a rule
    | ^[-+](?=\ |$) | (?<=^\d)[.)](?=\ |$) | (?<=^\d\d)[.)](?=\ |$)     # the item of a list
    """,
    re.VERBOSE | re.IGNORECASE,
)


def escape(value: object) -> str:
    """Return a text on one line that Markdown shows as it is.

    Nothing in it is markup, HTML, a link or the end of a table's cell, and nobody and no issue is mentioned by it.

    Args:
        value: The text, or an object that has one.
    """
    return _MARKUP.sub(_reference, re.sub(r"\s+", " ", str(value)).lstrip(" "))


def _reference(found: re.Match[str]) -> str:
    character = found[0]
    return f"&#{ord(character)};{NO_WIDTH if character in '@#' else ''}"
