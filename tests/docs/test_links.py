"""The documents lead somewhere, and are as short as they promise."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.documents import NAMES, PAGES, ROOT, anchors, blocks, inline

PACKAGES = re.compile(r"(bench|strategies|tests|benchmarks|packaging|results|docs)(/[\w.-]+)+/?|\.(ci|github)/[\w./-]+")
HISTORY = {"CHANGELOG.md"}  # speaks of what was


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_what_is_there(name: str) -> None:
    """Each relative link names a file of the repository, and each anchor a heading."""
    for target in targets(name):
        link = urlsplit(target)
        if link.scheme:
            continue
        file = ((ROOT / name).parent / unquote(link.path)).resolve() if link.path else ROOT / name
        assert file.is_relative_to(ROOT.resolve()), target
        assert file.exists(), target
        if link.fragment:
            assert link.fragment in anchors(str(file.relative_to(ROOT.resolve()))), target


def targets(name: str) -> Iterator[str]:
    """Yield what the links and pictures of a document point to, whether written in Markdown or in HTML."""
    for part in (*blocks(name), *inline(name)):
        yield from (str(part.attrs[key]) for key in ("href", "src") if key in part.attrs)
        if part.type in ("html_block", "html_inline"):
            yield from re.findall(r'(?:href|src)="([^"]+)"', part.content)


@pytest.mark.parametrize("name", NAMES)
def test_rows_stand_in_their_tables(name: str) -> None:
    """No line of a paragraph begins as a row does: a blank line above it would have cut it out of its table."""
    lines = [line for block in blocks(name) if block.type == "inline" for line in block.content.splitlines()]
    assert not [line for line in lines if line.startswith("|")]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HISTORY])
def test_files_that_are_named_are_there(name: str) -> None:
    """A file or directory of the repository that a document names is there, or is one that git ignores."""
    named = [part.content for part in inline(name) if part.type == "code_inline" and PACKAGES.fullmatch(part.content)]
    missing = [path for path in named if not (ROOT / path).exists() and not path.startswith("results/")]
    assert not missing


def test_every_page_can_be_found() -> None:
    """The index of the documentation leads to each page of it."""
    index = {str(part.attrs.get("href")) for part in inline("docs/README.md") if part.type == "link_open"}
    pages = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert pages - {"README.md"} <= index


def test_every_room_has_its_line() -> None:
    """The tree in the description of the architecture names every directory of both packages."""
    text = (ROOT / "docs/development/architecture.md").read_text()
    tree = text[text.index("```text") : text.index("## The layers")]
    rooms = {file.parent for package in ("bench", "strategies") for file in (ROOT / package).rglob("*.py")}
    assert not {room.name for room in rooms if f"{room.name}/" not in tree}


@pytest.mark.parametrize(("name", "lines", "size"), [("README.md", 90, 6000), ("CONTRIBUTING.md", 60, 6000)])
def test_the_first_pages_are_short(name: str, lines: int, size: int) -> None:
    """Two minutes are enough for the README, and one page for who wants to contribute."""
    content = (ROOT / name).read_bytes()
    assert content.count(b"\n") <= lines
    assert len(content) <= size
