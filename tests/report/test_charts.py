"""Charts are read without colours: shapes, hatches and lightness tell their parts apart."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from bench import report
from bench.report import html
from bench.report.charts import MIDDLE, NARROW, WIDE, speed_up, time_by_rows, where_time_goes
from bench.report.charts.phases import COLOURED
from bench.report.page import page
from bench.writing import draw, palette
from tests.report.made import MadeCase, make_run

STYLE = (Path(report.__file__).parent / "templates/report.css").read_text()
LIGHT, DARK = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
NAMED = ("bin", "leave", "shuffle", "barrier", "pack", "copy")


def _fills(names, width=WIDE):
    """Return the fill of each phase of a chart that has these."""
    made = MadeCase([100.0], inner={name: [1.0] for name in names}, workers=2)
    [view] = page([make_run([("way", made)], repeats=1)]).views
    scale = where_time_goes(view.stacks, width)["layer"][0]["encoding"]["color"]["scale"]
    return dict(zip(scale["domain"], scale["range"], strict=True))


def _grey(colour, style):
    """Return the lightness of a colour's variable, from 0 to 255, as a printer without colours sees it."""
    red, green, blue = (int(part, 16) for part in re.search(rf"--{colour}: #(..)(..)(..);", style).groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("width", [WIDE, MIDDLE, NARROW])
def test_no_two_phases_have_one_colour(width):
    """Each phase of a chart has a colour of its own, those that strategies named themselves as well."""
    fills = _fills(NAMED, width)
    assert set(NAMED) < set(fills)
    colours = [re.search(r"(p|n)-?\w+\)$", fill)[0] for fill in fills.values()]
    assert len(set(colours)) == len(colours)


def test_a_named_phase_has_one_look_on_the_page():
    """A phase that a strategy named itself has the same fill in each chart, whatever else the chart has."""
    runs = [
        make_run([("way", MadeCase([100.0], inner={name: [1.0] for name in names}, workers=2))], rows=rows, repeats=1)
        for rows, names in ((1_000, ("bin", "leave")), (2_000, ("leave",)))
    ]
    text = html.render(page(runs))
    looks = re.findall(r'aria-label="way \(2 workers\): leave[^>]*? fill="url\(#chart\d+-([\w-]+)\)"', text)
    assert len(looks) == 2 * 3
    assert len(set(looks)) == 1


def test_many_named_phases_have_one_look_each():
    """More phases than colours have other hatches."""
    assert len({palette.named(number) for number in range(36)}) == 36


@pytest.mark.parametrize("style", [LIGHT, DARK], ids=["light", "dark"])
def test_phases_are_told_apart_in_grey(style):
    """Two phases of one hatch differ in lightness by an eighth of all that there is."""
    fills = _fills([*(name for name in COLOURED if name not in ("other", "train", "start", "setup")), *NAMED])
    assert set(COLOURED) - {"teardown"} < set(fills)
    looks = {}
    for name, fill in fills.items():
        hatch, colour = re.fullmatch(r"(?:url\(#hatch-(\w+)-|var\(--)([\w-]+)\)", fill).groups()
        looks[name] = (hatch, _grey(colour, style))
    for (one, (hatch, grey)), (two, (other, else_)) in combinations(looks.items(), 2):
        assert hatch != other or abs(grey - else_) >= 32, f"{one} and {two}"


def test_hatches_are_drawn_with_ids_of_their_chart():
    """Each hatch that a chart fills with is defined in it once, by a name that no other chart of the page has."""
    [view] = page([make_run([("way", MadeCase([100.0], inner={"bin": [1.0]}, workers=2))], repeats=1)]).views
    text = draw.svg(where_time_goes(view.stacks, WIDE), "mine")
    assert set(re.findall(r"url\(#([\w-]+)\)", text)) <= set(re.findall(r' id="(mine-[\w-]+)"', text))
    assert "hatch-" not in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_lines_have_a_shape_each():
    """No two lines of a chart have points of one shape."""
    made = [(f"way_{way}", MadeCase(9.0 / (way + workers), workers=workers)) for way in range(12) for workers in (1, 2)]
    [view] = page([make_run(made, repeats=1)]).views
    runs = [make_run(made, name=str(rows), rows=rows, repeats=1) for rows in (1_000, 100_000)]
    [panel] = page(runs).panels
    for chart in (speed_up(view.workers, WIDE), time_by_rows(panel.by_rows[0], WIDE)):
        [shape] = [layer["encoding"]["shape"] for layer in chart["layer"] if "shape" in layer["encoding"]]
        assert len(set(shape["scale"]["range"])) == 12
        assert draw.svg(chart, "mine")
