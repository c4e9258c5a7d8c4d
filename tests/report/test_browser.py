"""The page in a real browser: drawn, sorted, filtered, expanded, by pointer and by keyboard, and nothing cut off."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from bench.records.reading import read
from bench.report import html
from bench.report.page import page as page_of
from tests.browsing import CUT, OVERLAP, chromium
from tests.findings.test_engines import pipelines
from tests.report.made import MadeCase, make_run
from tests.report.test_hostile import NAMES
from tests.report.test_spending import CROWDED, handoffs

KEPT = Path(__file__).parents[2]
LOOKS = ("light", "dark", "print")
LONG = "It did not end within 600 s and was in phase train/load: read the stack dump in its log, or give it more time."
# Words of tables that lie on two lines; a line may end at a space, an underscore, a hyphen or a stroke only.
BROKEN = """() => {
  const found = [], range = document.createRange();
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement.closest("th, td")) continue;
    for (const word of text.data.matchAll(/[^\\s_\\/-]+/g)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(text.data);
    }
  }
  return found;
}"""
# Cells that are wider than their column, and tables that are wider than the page where it has room for them.
CLIPPED = """room => [...document.querySelectorAll("#table .scroll")].flatMap(box => [
  ...(room && box.scrollWidth > box.clientWidth ? [`${box.scrollWidth} of ${box.clientWidth} pixels`] : []),
  ...[...box.querySelectorAll("th, td")]
    .filter(cell => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent),
])"""
# For each chart in sight that has a legend: how far it begins to the right of the axes, and how far under them.
LEGENDS = """() => {
  const box = (chart, role) =>
    [...chart.querySelectorAll(`[aria-roledescription=${role}]`)].map(one => one.getBoundingClientRect());
  const charts = [...document.querySelectorAll("figure svg")].filter(chart => chart.checkVisibility());
  return charts.flatMap(chart => box(chart, "legend").map(legend => [
    legend.left - Math.max(...box(chart, "axis").map(axis => axis.right)),
    legend.top - Math.max(...box(chart, "axis").map(axis => axis.bottom)),
  ]));
}"""


def _runs():
    def made(factor):
        waits = {"rendezvous": [3.0, 3.0], "launch": [2.0, 2.0], "import": [4.0, 4.0]}
        return [
            ("null", MadeCase(0.0)),
            ("xgboost", MadeCase(2.0 * factor, auc=0.741)),
            ("lightgbm", MadeCase(1.0 * factor, auc=0.742)),
            ("tensorflow", MadeCase(6.0 + factor, auc=0.731)),
            ("horovod", MadeCase(24.0 + factor, auc=0.731, family="mlp")),
            ("horovod", MadeCase(18.0 + factor, auc=0.731, workers=2, family="mlp", inner=waits)),
            ("horovod", MadeCase(22.0 + factor, auc=0.731, workers=4, family="mlp")),
            ("mllib_gbt", MadeCase(600.0, status="timeout", reason=LONG)),
            ("flaky", MadeCase(3.0, auc=0.72, status=["ok", "failed", "ok", "ok", "ok"])),
        ]

    return [
        make_run(made(1.0), name="one", rows=100_000, dataset="small"),
        make_run(made(50.0), name="two", rows=5_000_000, dataset="large"),
        make_run(made(1.2), name="three", rows=100_000, dataset="small", host={"cpu": "Another CPU", "id": "another"}),
    ]


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A directory with the report of several runs, one of hostile names, and one of many cases."""
    directory = tmp_path_factory.mktemp("site")
    hostile = [(name, MadeCase(float(number))) for number, name in enumerate(NAMES, 1)]
    hostile += [("fails", MadeCase(1.0, status="failed", reason="word " * 200_000))]
    many = [(f"way_{number}", MadeCase(1.0 + number)) for number in range(1_200)]
    reports = {
        "several": page_of(_runs()),
        "one": page_of(_runs()[:1]),
        "hostile": page_of([make_run(hostile)]),
        "many": page_of([make_run(many, repeats=1)]),
        "handoffs": page_of([handoffs(CROWDED)]),
        "pipelines": page_of([pipelines(300_000, 40.0, 4.0)]),
        "flights": page_of(read([KEPT / "results/flights/records.json"], KEPT / "results")),
        "failures": page_of(read([KEPT / "tests/kept/0.1/run"], KEPT / "tests/kept/0.1")),
    }
    for name, report in reports.items():
        (directory / f"{name}.html").write_text(html.render(report))
    return directory


@pytest.fixture
def opened(browser, site):
    """Open a report; at the end nothing may have been complained of, and nothing asked of the network."""
    pages, complaints, requests = [], [], []

    def opener(name, width=1440, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a script ran: {dialog.message}"))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((site / f"{name}.html").as_uri())
        pages.append((page, (site / f"{name}.html").as_uri()))
        return page

    yield opener
    for page, _ in pages:
        page.close()
    assert complaints == []
    assert requests == [address for _, address in pages]


def _column(page, number):
    return page.eval_on_selector_all(
        "#cases tbody tr:not(.detail)", f"rows => rows.map(row => row.cells[{number}].innerText)"
    )


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Where pictures of the pages are kept, for people to look at: the directory `BENCH_PICTURES`, if that is set."""
    directory = Path(os.environ.get("BENCH_PICTURES") or tmp_path_factory.mktemp("pictures"))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [360, 768, 1440, 2560])
@pytest.mark.parametrize("name", ["several", "hostile", "flights", "failures"])
def test_nothing_is_cut_off(opened, pictures, name, width, look):
    """On a telephone, a tablet and two desks, light, dark and on paper, text has its room, and no name is broken."""
    page = opened(name, width, color_scheme="dark" if look == "dark" else "light")
    page.emulate_media(media="print" if look == "print" else "screen")
    page.screenshot(path=pictures / f"{name}-{width}-{look}.png", full_page=True)
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert light == (look != "dark")
    if look == "print" and width < 700:
        return  # no paper is so narrow
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAP) == []
    assert page.evaluate(CLIPPED, name in ("flights", "failures") and width >= 1440) == []
    if name != "hostile":  # which has names of one word that is longer than a line
        assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize(("width", "look"), [(360, "dark"), (768, "print"), (1440, "light")])
def test_each_way_to_hand_rows_over_has_its_label(opened, pictures, width, look):
    """In the chart of CPU time against memory no label is cut or lies on another, however close the points are."""
    page = opened("handoffs", width, color_scheme="dark" if look == "dark" else "light")
    page.emulate_media(media="print" if look == "print" else "screen")
    page.screenshot(path=pictures / f"handoffs-{width}-{look}.png", full_page=True)
    texts = page.locator("#resources figure").first.locator("text:visible").all_text_contents()
    assert set(CROWDED) <= set(texts)
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAP) == []


def test_a_long_title_of_an_axis_fits_a_telephone(opened):
    """Pipelines have the longest."""
    page = opened("pipelines", 360)
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAP) == []


@pytest.mark.parametrize(("width", "beside"), [(360, False), (768, False), (1440, True), (2560, True)])
def test_legends_are_beside_charts_where_there_is_room(opened, width, beside):
    """A wide page has its legends to the right of the axes, others have them under."""
    found = opened("several", width).evaluate(LEGENDS)
    assert len(found) >= 3 * 3 + 1
    assert all((right >= 0) if beside else (under >= 0) for right, under in found)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_first_column_stays_in_view(opened, look):
    """Where the table scrolls, the names of the cases stay, and figures do not show through them."""
    page = opened("several", 768, color_scheme=look)
    box = page.locator("#table .scroll").first
    moved = box.evaluate("box => (box.scrollLeft = 10_000, box.scrollLeft)")
    assert moved > 50
    for cell in (page.locator("#cases thead th").first, page.locator("#cases tbody td").first):
        assert abs(cell.bounding_box()["x"] - box.bounding_box()["x"]) < 1
        style = cell.evaluate("cell => [getComputedStyle(cell).position, getComputedStyle(cell).backgroundColor]")
        assert style == ["sticky", page.evaluate("getComputedStyle(document.documentElement).backgroundColor")]
    page.locator("#cases tbody button").nth(1).click()
    assert page.locator("tr.detail > td").evaluate("cell => getComputedStyle(cell).position") == "static"


def test_charts_are_drawn(opened):
    """Every chart has its marks in sight: points, bars of phases that fill their axis, lines, and the ideal."""
    page = opened("several")
    drawn = page.eval_on_selector_all(
        "figure .wide svg, .trio svg",
        "all => all.map(one => [one.getBoundingClientRect().width > 200, one.querySelectorAll('path, line').length])",
    )
    assert len(drawn) == 3 * (1 + 1 + 1 + 3) + 3
    assert all(wide and marks > 5 for wide, marks in drawn)
    assert page.locator("#quality .wide svg [aria-roledescription=point]").count() == 21
    label = page.locator("#time .wide svg [aria-label^='horovod (2 workers): rendezvous']").first
    assert "3.00 s of" in label.get_attribute("aria-label")
    assert label.bounding_box()["width"] > 20


def test_phases_of_a_bar_fill_it(opened):
    """The stretches of a case lie end to end: together they are as long as its wall time on the axis."""
    page = opened("one")
    boxes = page.eval_on_selector_all(
        "#time .wide svg [aria-label^='horovod (2 workers): ']",
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])",
    )
    assert len(boxes) >= 7
    assert all(abs(one[1] - two[0]) < 2 for one, two in pairwise(sorted(boxes)))


def test_marks_tell_what_they_are(opened):
    """A pointer on a point shows the case, its figure and its interval."""
    page = opened("one")
    page.locator("#quality .wide svg [aria-roledescription=point]").first.hover()
    assert "lightgbm (gbt): " in page.locator(".tip").inner_text()


def test_sorting(opened):
    """A heading sorts by value, once more the other way round, and says so; what has no figure comes last."""
    page = opened("one")
    headings = page.eval_on_selector_all("#cases thead th", "all => all.map(one => one.innerText)")
    number = headings.index("time")
    for direction, first in (("ascending", "null"), ("descending", "horovod")):
        page.locator("#cases thead button").nth(number).click()
        assert page.locator("#cases thead th").nth(number).get_attribute("aria-sort") == direction
        assert _column(page, 0)[0] == first
        assert _column(page, 0)[-1] == "mllib_gbt"


def test_filtering(opened):
    """Words and an end leave the rows that have them; reasons count as words."""
    page = opened("one")
    page.locator("#find").fill("horovod (4")
    assert _column(page, 0) == ["horovod (4 workers)"]
    page.locator("#find").fill("stack dump")
    assert _column(page, 0) == ["mllib_gbt"]
    page.locator("#find").fill("")
    page.locator("#ended").select_option("failed")
    assert _column(page, 0) == ["flaky"]
    assert page.locator("#count").inner_text() == "1 of 9 cases"


def test_expanding_by_keyboard(opened):
    """Tab reaches a case, Enter opens its raw repeats with reasons, Enter closes them again."""
    page = opened("one")
    page.locator("#find").fill("flaky")
    page.locator("#ended").focus()
    while page.evaluate("document.activeElement.innerText") != "flaky":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    detail = page.locator("tr.detail")
    assert detail.locator("tbody tr").count() == 6
    assert "ValueError: out of luck" in detail.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.keyboard.press("Enter")
    assert detail.count() == 0


def test_expanded_rows_fit_a_telephone(opened):
    """What has no column on a telephone is in the expanded row, whose repeats scroll by themselves."""
    page = opened("several", 360)
    page.locator("#cases tbody button").nth(1).click()
    assert "peak memory" in page.locator("tr.detail").inner_text()
    table = page.locator("#cases").bounding_box()
    assert table["x"] + table["width"] <= 360
    assert page.evaluate(CUT) == []


def test_many_cases_come_in_portions(opened):
    """A table of many cases is laid out in portions, sorted and filtered as a whole."""
    page = opened("many")
    assert len(_column(page, 0)) == 200
    page.locator("#more").click()
    assert len(_column(page, 0)) == 1_200
    page.locator("#find").fill("way_1199")
    assert _column(page, 0) == ["way_1199"]


def test_the_page_reads_without_scripts_and_prints(opened):
    """Without scripts all is there but the controls, and on paper nothing is left out at the edge."""
    page = opened("one", java_script_enabled=False)
    assert page.locator("#cases tbody tr").count() == 9
    assert not page.locator("#controls").is_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    assert page.locator("#quality .middle svg").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    assert page.pdf(format="A4").startswith(b"%PDF")
