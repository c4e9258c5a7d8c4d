"""Makes a site out of the documents and the kept reports: `python docs/site.py DIR`, or `tox -e site`.

The pages are read where they lie in the repository and keep their places, so that links between them need no change.
What they link to beside them comes along under ``files/``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

ROOT = Path(__file__).parents[1]
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "results/README.md")
KEPT = ROOT / "results"
NIGHTS = {"trend.html": "The trend", "verdict.html": "The verdict"}
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
CONFIGURATION = """[project]
site_name = "tf-spark-bench"
site_description = "Measures the ways of putting TensorFlow and Spark together on the same rows"
docs_dir = "pages"
site_dir = "site"
use_directory_urls = false
nav = {nav}

[project.theme]
font = false
features = ["navigation.indexes", "navigation.top", "content.code.copy"]

[project.markdown_extensions.tables]
[project.markdown_extensions.attr_list]
[project.markdown_extensions."pymdownx.highlight"]
[project.markdown_extensions."pymdownx.superfences"]
[project.markdown_extensions.toc]
permalink = true
[project.markdown_extensions.toc.slugify]
object = "pymdownx.slugs.slugify"
[project.markdown_extensions.toc.slugify.kwds]
case = "lower"
"""


def assemble(directory: Path) -> None:
    """Write the pages of the site, a gallery and the generator's settings into a new directory.

    Args:
        directory: The directory; ``pages`` and ``zensical.toml`` will be in it.
    """
    pages = directory / "pages"
    for page in (*(ROOT / name for name in TOP), *sorted((ROOT / "docs").rglob("*.md"))):
        name = page.relative_to(ROOT)
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text(_with_files(page, pages))
    for report in kept():
        shutil.copytree(report, pages / _place(report), dirs_exist_ok=True)
    for page in nights():  # without the Markdown beside it, of which the generator would make a page of the same name
        (pages / _place(page)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, pages / _place(page))
    (pages / "gallery.md").write_text(_gallery())
    (directory / "zensical.toml").write_text(CONFIGURATION.format(nav=_nav()))


def kept() -> list[Path]:
    """Return the directories of the kept reports."""
    return sorted(page.parent for page in KEPT.glob("*/report.html") if (page.parent / "records.json").exists())


def nights() -> list[Path]:
    """Return the kept pages of trends, as `bench trend --out` writes them, and of verdicts, as `bench gate` does."""
    return sorted(page for name in NIGHTS for page in KEPT.rglob(name))


def _place(kept: Path) -> Path:
    """Return where something that is kept lies on the site."""
    return Path("results") / kept.relative_to(KEPT)


def broken(site: Path) -> list[str]:
    """Return each link and picture of a built site that leads nowhere inside it.

    The generator knows those that stand in Markdown, and none that stand in HTML.

    Args:
        site: The directory of the site.
    """
    found = []
    for page in sorted(site.rglob("*.html")):
        if page.name == "404.html":  # whose links are for any place
            continue
        collector = _Targets()
        collector.feed(page.read_text())
        for target in collector.targets:
            link = urlsplit(target)
            if link.scheme or link.netloc or not link.path:
                continue
            place = Path(os.path.normpath(page.parent / unquote(link.path)))
            if not place.is_relative_to(site) or not (place.is_file() or (place / "index.html").is_file()):
                found.append(f"{page.relative_to(site)}: {target}")
    return found


class _Targets(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("href", "src") if tag in ("a", "img", "script", "link") else ()
        self.targets += [value for name, value in attrs if name in names and value]


class _Opening(HTMLParser):
    """Finds the heading of a page, and the first paragraph after it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"h1": [], "p": []}
        self._within: str | None = None
        self._wanted = ["p", "h1"]

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if self._wanted and tag == self._wanted[-1]:
            self._within = self._wanted.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = None

    def handle_data(self, data: str) -> None:
        if self._within:
            self.found[self._within].append(data)


def _with_files(page: Path, pages: Path) -> str:
    """Return a page's text whose links to other files lead to copies, and those to directories nowhere."""

    def moved(match: re.Match[str]) -> str:
        target = match["target"]
        file = (page.parent / target.partition("#")[0]).resolve()
        if ":" in target or not file.is_relative_to(ROOT) or file.suffix in (".md", ".png", ".html"):
            return match[0]
        if file.is_dir():
            return match["text"]
        # A leading dot would hide it from the generator.
        copy = pages / "files" / Path(*(part.lstrip(".") for part in file.relative_to(ROOT).parts))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
        return f"[{match['text']}]({os.path.relpath(copy, (pages / page.relative_to(ROOT)).parent)})"

    return _indent(LINK.sub(moved, page.read_text()))


def _indent(text: str) -> str:
    """Return a page whose blocks inside list items stand as far in as the generator's Markdown wants them: by four."""
    lines, fenced = [], False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"  {line}" if line.startswith("  ") and not fenced else line)
    return "\n".join(lines) + "\n"


def _gallery() -> str:
    """Return the page of the kept reports, trends and verdicts, each with its answer."""
    from bench.records.reading import read
    from bench.report.page import page
    from bench.writing.markdown import escape

    lines = ["# Gallery", "", "Pages that are kept in the repository, as `bench` wrote them.", ""]
    for report in kept():
        place = _place(report).as_posix()
        found = page(read([report / "records.json"], KEPT))
        lines += [f"## {found.title}", "", *(f"{answer.headline}\n" for view in found.views for answer in view.answers)]
        if (report / "report.png").exists():
            lines += [f"[![The report]({place}/report.png)]({place}/report.html)", ""]
        lines += [f"[The report]({place}/report.html), and [its records]({place}/records.json).", ""]
    for night in nights():
        opening = _Opening()
        opening.feed(night.read_text(encoding="utf-8"))
        title, sentence = (escape("".join(opening.found[tag])) for tag in ("h1", "p"))
        lines += [f"## {escape(night.parent.name)}: {title}", "", sentence, ""]
        lines += [f"[{NIGHTS[night.name]}]({quote(_place(night).as_posix())}).", ""]
    return "\n".join(lines)


def _nav() -> str:
    """Return the navigation, in TOML: the sections and links of the index of the documents."""
    sections: dict[str, list[str]] = {}
    title = ""
    for line in (ROOT / "docs" / "README.md").read_text().splitlines():
        if line.startswith("## "):
            title = line.removeprefix("## ").partition(":")[0]
        for match in LINK.finditer(line):
            entry = f"{{ {json.dumps(match['text'])} = {json.dumps('docs/' + match['target'])} }}"
            sections.setdefault(title, []).append(entry)
    parts = [f"{{ {json.dumps(name)} = [{', '.join(entries)}] }}" for name, entries in sections.items()]
    more = [
        '{ "Home" = "README.md" }',
        '{ "Gallery" = "gallery.md" }',
        '{ "Documentation" = ["docs/README.md"] }',
        *parts,
        '{ "Results" = "results/README.md" }',
        '{ "Changelog" = "CHANGELOG.md" }',
        '{ "Contributing" = "CONTRIBUTING.md" }',
    ]
    return f"[{', '.join(more)}]"


def main(directory: Path) -> int:
    """Make the site in a new directory, and see that each of its links leads somewhere; return the exit code."""
    if directory.exists() and not (directory / "zensical.toml").exists():
        sys.stderr.write(f"{directory} is there already, and is no site: name a new directory.\n")
        return 2
    shutil.rmtree(directory, ignore_errors=True)
    assemble(directory)
    done = subprocess.run(["zensical", "build", "--strict"], cwd=directory, check=False)
    if done.returncode:
        return done.returncode
    lost = broken(directory / "site")
    sys.stdout.write("\n".join(lost or [f"The site: {directory / 'site' / 'index.html'}"]) + "\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
