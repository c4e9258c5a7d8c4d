"""The project's Markdown documents, as a Markdown parser sees them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PLACES = ("*.md", "docs/**/*.md", "results/*.md", "tests/example_plugin/*.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def blocks(name: str) -> list[Token]:
    """Return the blocks of a document: headings, paragraphs, fences.

    Args:
        name: The document, relative to the repository.
    """
    return MarkdownIt("commonmark").enable("table").parse((ROOT / name).read_text())


def inline(name: str) -> Iterator[Token]:
    """Yield the parts of a document's paragraphs, headings and cells: text, code, links, pictures."""
    for block in blocks(name):
        yield from block.children or ()


def anchors(name: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    found: dict[str, int] = {}
    tokens = blocks(name)
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(part.content for part in content.children or ()).lower()
            slug = "".join(sign for sign in text if sign.isalnum() or sign in " -_").replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
    return {f"{slug}-{number}" if number else slug for slug, last in found.items() for number in range(last + 1)}
