"""The pages of report, gate and trend come out of one shell, which lets them do nothing but what they bring."""

import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from bench.gate.verdict import judgement
from bench.gate.verdict.render import html as verdict
from bench.report import html as report
from bench.report.page import page
from bench.trend.page import to_html
from bench.trend.series import series_of
from bench.writing.jinja import environment
from tests.gate.made import RULES, document, measured
from tests.report.made import MadeCase, make_run
from tests.trend.nights import nights, stepped

MADE = {
    "report": lambda: report.render(page([make_run([("one", MadeCase(1.0)), ("two", MadeCase(2.0))])])),
    "verdict": lambda: verdict(document([judgement.entry(measured(1.2), RULES)])),
    "trend": lambda: to_html(series_of(nights(stepped()))),
}


class _Page(HTMLParser):
    """What a browser applies and runs: style sheets, scripts, and attributes that are one of both."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.inline, self._inside = {"style": [], "script": []}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._inside = tag if tag in self.texts and ("type", "application/json") not in attrs else None
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]

    def handle_endtag(self, _tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside:
            self.texts[self._inside].append(data)


@pytest.fixture(scope="module", params=MADE)
def written(request):
    """A page of each kind."""
    return MADE[request.param]()


def test_the_policy_allows_what_the_page_brings_and_nothing_else(written):
    """The hashes are those of its style sheet and its script, there is no third thing, and no network."""
    [policy] = map(unescape, re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', written))
    found = _Page(written)
    hashes = {
        f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for kind, texts in found.texts.items()
        for text in texts
    }
    rest = {"default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"}
    assert set(policy.split("; ")) == hashes | rest
    assert found.inline == []


def test_every_colour_of_a_page_is_one_of_its_own(written):
    """Each variable that a chart or a rule uses is set, for light and for dark."""
    [style] = re.findall(r"<style>(.*?)</style>", written, re.DOTALL)
    used = set(re.findall(r"var\((--[\w-]+)\)", written))
    light, dark = style.split("prefers-color-scheme: dark", 1)
    known = set(re.findall(r"(--[\w-]+):", style))
    assert used <= known
    assert set(re.findall(r"(--[\w-]+):", light)) <= set(re.findall(r"(--[\w-]+):", dark))


def test_a_template_escapes_and_misses_nothing():
    """Text is escaped in every template, and a name that nothing was given for is an error, not a gap."""
    rooms = environment("bench.trend")
    assert rooms.from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        rooms.from_string("{{ missing }}").render()
