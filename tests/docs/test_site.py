"""The site has every document, and whatever they link to; `tox -e site` builds it."""

import importlib.util
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from bench.gate.verdict.render import html as verdict
from bench.trend.page import to_html as trend
from bench.trend.series import series_of
from tests.docs.documents import PAGES, ROOT
from tests.gate import made
from tests.trend.nights import nights


@pytest.fixture(scope="module")
def site() -> ModuleType:
    """The script that makes it."""
    spec = importlib.util.spec_from_file_location("site_script", ROOT / "docs" / "site.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(site: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, assembled for the generator."""
    directory = tmp_path_factory.mktemp("site")
    site.assemble(directory)
    return directory / "pages"


def test_every_document_and_kept_report_is_there(pages: Path, site: ModuleType) -> None:
    """All pages but the example's are on the site and in its navigation, and the gallery shows each kept report."""
    names = {str(page.relative_to(ROOT)) for page in PAGES if "example_plugin" not in page.parts}
    assert names <= {str(page.relative_to(pages)) for page in pages.rglob("*.md")}
    gallery = (pages / "gallery.md").read_text()
    settings = (pages.parent / "zensical.toml").read_text()
    assert site.kept()
    for report in site.kept():
        assert f"({report.relative_to(ROOT)}/report.html)" in gallery
    for name in names:
        assert f'"{name}"' in settings


def test_the_gallery_has_trends_and_verdicts(site: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comes with its heading and first sentence, as its page says them, and not with the Markdown beside it."""
    kept = tmp_path / "results" / "kept"
    (kept / "a night").mkdir(parents=True)
    (kept / "trend.html").write_text(trend(series_of(nights([0.0, 0.5]))))
    (kept / "trend.md").write_text("# The same")
    (kept / "a night" / "verdict.html").write_text(verdict(made.document([], warnings=["Not this."])))
    monkeypatch.setattr(site, "KEPT", kept.parent)
    site.assemble(tmp_path / "site")
    pages = tmp_path / "site" / "pages"
    gallery = MarkdownIt("commonmark").render((pages / "gallery.md").read_text())
    assert "<h2>kept: Trend over nights</h2>\n<p>No case became slower within the last" in gallery
    assert (
        "<h2>a night: No case. Exit code 5.</h2>\n<p>candidate (candidate) against baseline (baseline).</p>" in gallery
    )
    for link in ("results/kept/trend.html", "results/kept/a%20night/verdict.html"):
        assert f'href="{link}"' in gallery
        assert (pages / unquote(link)).is_file()
    assert not (pages / "results" / "kept" / "trend.md").exists()


def test_links_lead_to_what_is_on_the_site(pages: Path) -> None:
    """A file of the repository that a page links to comes along, and a link to a directory is text."""
    for page in pages.rglob("*.md"):
        for block in MarkdownIt("commonmark").enable("table").parse(page.read_text()):
            for part in block.children or ():
                link = urlsplit(str(part.attrs.get("href") or part.attrs.get("src") or ""))
                if link.path and not link.scheme:
                    assert (page.parent / unquote(link.path)).is_file(), f"{page}: {link.path}"
    assert (pages / "files/github/actions/nightly/night.sh").is_file()


def test_blocks_in_lists_stand_four_in(site: ModuleType) -> None:
    """The generator takes a block for one of the list item only where it stands four in; code is left as it is."""
    text = "- item:\n\n  ```sh\n  a \\\n    b\n  ```\n\n```sh\n  c\n```\n"
    assert site._indent(text) == "- item:\n\n    ```sh\n    a \\\n      b\n    ```\n\n```sh\n  c\n```\n"


def test_a_link_to_nowhere_is_found(site: ModuleType, tmp_path: Path) -> None:
    """What HTML links to is looked up in the site; what leads out of it, or to a page of another, is told apart."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(
        '<a href="../b.html#x">b</a><a href="https://host/">out</a><a href="#here">here</a><img src="no.png">'
        '<a href="../../etc">above</a><a href="..">no index</a>'
    )
    (tmp_path / "b.html").write_text('<a href="in/a%2ehtml">a</a>')
    assert site.broken(tmp_path) == ["in/a.html: no.png", "in/a.html: ../../etc", "in/a.html: .."]


def test_a_directory_with_something_else_is_left_alone(site: ModuleType, tmp_path: Path) -> None:
    """What is no site is not replaced by one."""
    (tmp_path / "precious").touch()
    assert site.main(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
