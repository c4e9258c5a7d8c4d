"""The answer as a page and as Markdown: the same content, drawn whole at every width, and no text is more than text."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from bench.advise import html, markdown
from bench.advise.advice import Advice, SizeQuestion, advise
from bench.advise.charts.costs import front
from bench.advise.market import Market, MarketQuestion, trade
from bench.advise.page import memory_end, page, time_curves
from bench.prices.machine_types import parse
from tests.advise.measured import SIZES, Maker, fast, ladder, slow
from tests.browsing import CUT, OVERLAP, chromium
from tests.report.test_hostile import NAMES

TODAY = datetime.date(2026, 11, 28)
PRICES = """
currency = "USD"
as_of = 2026-11-20
[[machine]]
name = "here"
cores = 2
memory_gib = 16
hour = 0.1
probe = "this"
spot_hour = 0.03
interruptions_per_month = 0.05
[[machine]]
name = "there"
cores = 8
memory_gib = 64
hour = 0.4
probe = "there.json"
count = [1, 4]
"""
MAKERS = {
    "xgboost": Maker(fast),
    "lightgbm": Maker(slow, memory=lambda rows: 3e8 + 150 * rows),
    "xgboost_spark": Maker(lambda rows: 60 + 7e-6 * rows, workers=2),
    "tensorflow": Maker(slow, memory=lambda rows: 9e8 + 2000 * rows),
    "mllib_linear": Maker(slow, busy=SIZES),
}


@pytest.fixture(scope="module")
def asked() -> tuple[Advice, Market]:
    """An answer with offers, refusals of each kind, and limits."""
    found = advise(ladder(MAKERS), SizeQuestion(2e7, quality=0.7))
    there = ladder({"xgboost": Maker(lambda rows: fast(rows) / 3)}, SIZES[3:], host={"cpu": "Another CPU"})
    for run in there:
        run.run["environment"]["cores"] = 8
    question = MarketQuestion("cost", parse(PRICES, "prices"), {"there.json": there}, deadline_s=500, most_cost=1)
    return found, trade(found, question)


@pytest.fixture(scope="module")
def text(asked: tuple[Advice, Market]) -> str:
    """The page."""
    return html.render(*asked, TODAY)


def test_the_page_has_every_part(text: str) -> None:
    """Answer, costs, time, memory, grades, refusals with held-out errors; no script runs, and nothing is fetched."""
    for part in ("Cost against time", "Time by rows", "Memory by rows", "AUC by rows", "Refused", "held-out error"):
        assert part in text
    assert text.count("<svg") == 12  # four charts at three widths
    assert "nothing is recommended" in text
    assert "memory: tensorflow" in text
    assert "script-src" not in text
    assert "://" not in re.sub(r"http://www\.w3\.org/\S+", "", text)


def test_markdown_says_the_same(asked: tuple[Advice, Market]) -> None:
    """Each sentence and each cell of the page."""
    text = markdown.render(*asked, TODAY)
    content = page(*asked, TODAY)
    assert text.startswith("# Advice: 20,000,000 rows")
    assert text.count("\n| ") == sum(1 + len(table.rows) for table in content.tables)
    assert len(content.refused) >= 4
    assert text.count("\n- Refused: ") == len(content.refused)


def test_a_forecast_ends_where_memory_does(asked: tuple[Advice, Market]) -> None:
    """No seconds are drawn beyond it; of the refused none at all."""
    curves = {curve.name: curve for curve in time_curves(asked[0])}
    ends = {each.contender.name: memory_end(asked[0], each) for each in asked[0].field.prospects}
    assert ends["tensorflow"]
    assert ends["tensorflow"] < 2e7
    assert curves["tensorflow"].law is None
    assert ends["xgboost"]
    assert curves["xgboost"].until == ends["xgboost"]


def test_the_front(asked: tuple[Advice, Market]) -> None:
    """Each of it costs less than the one before, which is faster; the cheapest and the fastest are of it."""
    kept = [each for each in asked[1].offers if not each.refusal and each.total and each.cost]
    best = front(kept)
    prices = [each.cost.estimate for each in best if each.cost]
    assert prices == sorted(prices, reverse=True)
    assert prices[-1] == min(each.cost.estimate for each in kept if each.cost)
    assert best[0] == min(kept, key=lambda each: each.total.estimate if each.total else 0)


def test_names_are_text() -> None:
    """Whatever strategies and machines are called."""
    makers = {name: Maker(fast) for name in NAMES} | {
        "fails": Maker(fast, status={SIZES[-1]: "failed"}, reason=NAMES[0])
    }
    found = advise(ladder(makers), SizeQuestion(2e7))
    prices = PRICES.replace('"here"', f"'{NAMES[0]}'").replace('"there.json"', '"this"')
    market = trade(found, MarketQuestion("cost", parse(prices, "prices")))
    text = html.render(found, market, TODAY)
    assert "<script" not in text
    assert "<img" not in text
    assert "<script" not in markdown.render(found, market, TODAY)


def test_it_is_drawn_whole(text: str, tmp_path: Path) -> None:
    """On a desk, a tablet and a telephone, light and dark: nothing is cut off, no two texts of a chart overlap."""
    path = tmp_path / "advice.html"
    path.write_text(text)
    with chromium() as browser:
        for width, look in ((1300, "light"), (800, "dark"), (360, "dark")):
            opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=look)
            faults: list[str] = []
            opened.on("console", lambda message, faults=faults: faults.append(message.text))
            opened.goto(path.as_uri())
            assert opened.evaluate(CUT) == []
            assert opened.evaluate(OVERLAP) == []
            assert faults == []
            opened.close()
