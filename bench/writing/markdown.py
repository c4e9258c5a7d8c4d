"""Writes Markdown: escapes whatever comes from outside."""

from __future__ import annotations

import re


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is: no markup, no table cell that ends early, nobody who is mentioned."""
    return re.sub(r"([\\`*_\[\]<>#|~@$&])", lambda found: f"&#{ord(found[0])};", text)
