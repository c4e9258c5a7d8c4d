"""Names, reasons and paths from strategies and datasets are text, whatever they say."""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from bench.report import html, markdown, plain
from bench.report.charts import MIDDLE, NARROW, WIDE, where_time_goes
from bench.report.page import page
from bench.report.write import write
from bench.writing import draw
from bench.writing.clean import label, shown
from bench.writing.spots import place
from tests.report.made import MadeCase, make_run, write_run

NAMES = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "{{ 7 * 7 }}{% raw %}",
    "evil\u202egnp.exe\n\x1b[31m\x00red",
    "[click](javascript:alert(5)) ![](http://example.org/x.png) | `code` @somebody",
    "n" * 300,
]


@pytest.fixture(scope="module")
def hostile():
    """A run whose every text wants to be something else."""
    made = [(name, MadeCase(float(number), auc=0.7)) for number, name in enumerate(NAMES, 1)]
    made += [
        (f"fails {number}", MadeCase(1.0, status="failed", reason=f"{name} {'x' * 1_000_000}"))
        for number, name in enumerate(NAMES)
    ]
    return make_run(made, dataset="d\"'<i>&amp;", repeats=2, host={"cpu": "<b>CPU</b>"})


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


@pytest.fixture(scope="module")
def written(hostile):
    """Its report as HTML."""
    return html.render(page([hostile]))


def test_nothing_becomes_markup(written):
    """The page has the two scripts of its own, no image, no handler and no address outside of it."""
    found = _Elements()
    found.feed(written)
    assert found.tags.count("script") == 2
    assert not {"img", "i", "b", "iframe", "object", "embed", "base", "form", "style"} & (set(found.tags) - {"style"})
    assert found.tags.count("style") == 1
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("style", "srcdoc")]
    links = {value for name, value in found.attributes if name in ("href", "src", "xlink:href")}
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert "49" not in re.findall(r"<li>(.*?)</li>", written)


def test_the_page_may_do_nothing_but_what_it_brings(written):
    """The policy allows this style and this script by their hashes, and no network."""
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', written)
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_megabyte_of_reason_is_cut(written):
    """What is too long is cut, and how much is said."""
    assert len(written) < 400_000
    assert "more characters)" in written


def test_the_data_of_the_table_cannot_end_its_element(written):
    """The JSON in the page has no < > or &, and is whole."""
    [data] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', written, re.DOTALL)
    assert not re.search(r"[<>&]", data)
    assert len(json.loads(data)["rows"]) == 2 * len(NAMES)


def test_markdown_shows_it_as_it_is(hostile):
    """No link, image, HTML, table cell or mention comes of a name."""
    text = markdown.render(page([hostile]))
    assert not re.search(r"(?<!\\)<(?!details>|/details>|summary>|/summary>)", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "@somebody" not in text
    assert (
        len(
            {
                line.count("|") - line.count("\\|")
                for line in text.splitlines()
                if line.startswith("| ") and "fails" in line
            }
        )
        == 1
    )


def test_text_has_no_control_characters(hostile):
    """Nothing on a terminal is coloured, moved or turned around by a name."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", plain.render(page([hostile])))


def test_charts_are_drawn_of_any_name(hostile):
    """A chart is well-formed, has only elements of charts, and its marks tell the whole name."""
    [view] = page([hostile]).views
    for width in (WIDE, MIDDLE, NARROW):
        root = ET.fromstring(draw.svg(where_time_goes(view.stacks, width), "mark"))  # noqa: S314 - our own
        assert {element.tag for element in root.iter()} <= draw.ELEMENTS | {"pattern"}
        told = [element.get("aria-label", "") for element in root.iter()]
        assert any("<script>alert(1)</script>: train" in label for label in told)


def test_links_lead_to_logs_of_the_run_only(tmp_path):
    """A record that names another file, a URI or a script as its log gets no link."""
    run = make_run([("a", MadeCase(1.0)), ("b", MadeCase(2.0))], path=tmp_path, repeats=3)
    directory = write_run(run)
    logs = [
        "javascript:alert(1)",
        "../../etc/passwd",
        "logs/0002.log",
        "/etc/passwd",
        "logs/../run.json",
        "logs/0001.log",
    ]
    for record, log in zip(run.records, logs, strict=True):
        record["log"] = log
    write([run], directory / "report.html")
    text = (directory / "report.html").read_text()
    [data] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    found = [repeat[3] for row in json.loads(data)["rows"] for repeat in row["repeats"]]
    assert sorted(filter(None, found)) == ["logs/0001.log", "logs/0002.log"]


def test_texts_are_cut_with_a_count():
    """A text is one line, without characters that do something, and says how much of it is missing."""
    assert shown("a\tb\nc\x1b") == "a b c\ufffd"
    assert shown("x" * 500, 100) == "x" * 100 + " … (400 more characters)"
    assert len(label("y" * 500)) == 28


def test_labels_do_not_lie_on_each_other():
    """Labels of points that are close get different places, and one for which there is no room gets none."""
    spots = place(["first", "second", *["crowd"] * 30], [(100, 100), (104, 102), *[(102, 101)] * 30], 400, 300)
    places = [(spot.align, spot.dx, spot.dy) for spot in spots if spot]
    assert len(places) == len(set(places)) < 12
    assert spots[0]
    assert None in spots
