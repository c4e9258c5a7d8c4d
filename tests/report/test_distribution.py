"""The report says when distribution pays, in every format, where the run has the figures for it."""

from __future__ import annotations

import pytest

from bench.report import html, markdown, plain
from bench.report.charts import MIDDLE, NARROW, WIDE, efficiency, parts_of_a_step
from bench.report.distribution import when_it_pays
from bench.report.page import page
from bench.writing import draw
from tests.report.made import MadeCase, make_run
from tests.report.paid import make_paid_run

STEPS = ((1, 1024, 1.0, 0.0), (2, 1024, 1.0, 0.5), (1, 4096, 4.0, 0.0), (2, 4096, 2.0, 0.25))
HEADING = "When distribution pays: flights, 100,000 rows to train on"


def test_the_sentence_names_the_point_from_which_it_pays() -> None:
    """It has the fewest operations with a speed-up, or the best speed-up; of a busy machine it says nothing."""

    def sentence(*steps: tuple[int, int, float, float], foreign: float = 0.01) -> str:
        [panel] = page([make_paid_run(steps, foreign=foreign)]).panels
        return when_it_pays(panel.payoffs[0])

    assert sentence(*STEPS) == (
        "A step takes less time with more workers from 3,100 operations for each byte sent on (horovod (2 workers), "
        "batches of 4,096: speed-up 1.60); efficiency is 0.50 at 770 operations for each byte and 1.60 at 3,100."
    )
    assert sentence(*STEPS[:2]) == (
        "No step takes less time with more workers: the best speed-up is 0.50 (horovod (2 workers)); efficiency is "
        "0.50 at 770."
    )
    assert sentence(*STEPS, foreign=1.5).startswith("Others disturbed some of these trials")


def test_every_format_has_it_where_there_are_figures() -> None:
    """HTML has two pictures for each width; the same lines are in Markdown and text; other runs say nothing of it."""
    paid = page([make_paid_run(STEPS, network="nets.py:mine")])
    other = page([make_run([("xgboost", MadeCase(3.0)), ("lightgbm", MadeCase(2.0))])])
    for write in (html.render, markdown.render, plain.render):
        text = write(paid)
        assert HEADING in text
        for word in ("mine", "3,100", "0.50", "1.60", "33 % to 50 %"):
            assert word in text, word
        assert "When distribution pays" not in write(other)
    assert html.render(paid).count("rank 1 exchanges 1.00 s a step") == 3


@pytest.mark.parametrize("width", [WIDE, MIDDLE, NARROW])
def test_lines_and_parts_are_told_without_colours(width: int) -> None:
    """Each line has a shape, and the two parts of a step differ in their hatch."""
    runs = [make_paid_run(STEPS, network=name) for name in ("wide", "dcn")]
    [panel] = page(runs).panels
    [found] = panel.payoffs
    lines, bars = efficiency(found, width), parts_of_a_step(found.points, width)
    assert lines
    assert bars
    [shape] = [layer["encoding"]["shape"] for layer in lines["layer"] if "shape" in layer["encoding"]]
    assert len(set(shape["scale"]["range"])) == 2
    fills = bars["layer"][0]["encoding"]["color"]["scale"]["range"]
    assert ["hatch" in fill for fill in fills] == [False, True]
    assert len(bars["layer"][0]["data"]["values"]) == 2 * 2 * (1 + 2) * 2
    assert draw.svg(lines, "mine")
    assert draw.svg(bars, "mine")
