"""A verdict as text, Markdown and a page."""

from html.parser import HTMLParser

import pytest

from bench.gate.verdict import judgement
from bench.gate.verdict.drawing import COLOURS
from bench.gate.verdict.markdown import markdown
from bench.gate.verdict.render import html, write_reports
from bench.gate.verdict.text import text
from tests.gate.made import RULES, document, failed, measured

HOSTILE = "<script>alert('x')</script> | \"`[a](b)`\u202e\x1b[31m\n" + "x" * 1_000_000


class _Page(HTMLParser):
    """Collects what a browser would do something about."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.addresses, self.marks = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "action")]
        self.marks += tag == "circle" or (tag == "path" and ("stroke", COLOURS["candidate"]) in attributes)


@pytest.fixture
def whole():
    """A night with three verdicts, of environments that differ."""
    found = [measured(name="steady"), measured(1.2, name="slow", load=0.5), failed()]
    return document([judgement.entry(one, RULES) for one in found], differences={"tensorflow": ["2.20", "2.21"]})


@pytest.mark.parametrize("form", [text, markdown, html])
def test_every_form_says_the_same(whole, form):
    """Verdicts, ratios, phases, reasons, what differs between the arms and the exit code are in all of them."""
    said = form(whole).replace("&#35;", "#").replace("&#46;", ".")
    for part in ("regression", "1.200", "train/load", "ValueError: out of luck", "2.20", "2.21", "Exit code 1"):
        assert part in said


def test_what_matters_comes_first(whole):
    """The regression stands above what broke, and that above what is ok."""
    said = text(whole)
    assert said.index("slow ") < said.index("bad ") < said.index("steady ")


def test_the_pairs_are_drawn(whole):
    """Each pair of each case is two dots; the page needs nothing from anywhere and runs nothing."""
    page = _Page(html(whole))
    assert page.marks == 2 * sum(len(entry["pairs"]) for entry in whole["cases"])
    assert set(page.addresses) == {"data:,"}
    assert "script" not in page.tags


def test_hostile_text_does_nothing(whole):
    """Names and reasons that are markup, control characters or a megabyte are shown, short and harmless."""
    whole["cases"][0]["case"]["strategy"] = HOSTILE
    whole["cases"][1]["reason"] = HOSTILE
    whole["arms"]["candidate"]["label"] = HOSTILE
    whole["warnings"] = [HOSTILE]
    page, lines = html(whole), markdown(whole).splitlines()
    assert "script" not in _Page(page).tags
    assert "<script" not in "".join(lines)
    rows = [line for line in lines if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {7}
    for form in (page, markdown(whole), text(whole)):
        assert len(form) < 100_000
        assert not {"\x1b", "\u202e"} & set(form)


def test_a_night_that_failed_has_its_reports(whole, tmp_path):
    """Where nothing was measured the reports say why."""
    failed_night = {
        **whole,
        "state": "failed",
        "exit_code": 2,
        "reason": "There is no revision.",
        "arms": {},
        "cases": [],
    }
    write_reports(tmp_path, failed_night)
    for name in ("verdict.md", "verdict.html"):
        assert "There is no revision" in (tmp_path / name).read_text()
    assert "There is no revision" in text(failed_night)
