"""The drawing of a case's pairs."""

import re
from xml.etree import ElementTree

import pytest

from bench.gate.verdict import drawing, judgement
from bench.writing.draw import svg
from tests.gate.made import RULES, measured

TAGS = {"baseline": "circle", "candidate": "path"}  # a square is a path: arms differ without their colours


def _drawn(entry):
    """Return the drawing, and the dots of each arm as Vega puts them into the picture."""
    drawn = drawing.draw(entry)
    root = ElementTree.fromstring(svg(drawn.spec, "mark", titles=True))  # noqa: S314 - our own
    dots = {
        arm: [dot for dot in root.iter(TAGS[arm]) if dot.get("stroke") == colour]
        for arm, colour in drawing.COLOURS.items()
    }
    return drawn, root, dots


def _places(dots, name):
    if all(dot.tag == "circle" for dot in dots):
        return [float(dot.get(name)) for dot in dots]
    places = [re.fullmatch(r"translate\(([\d.]+),([\d.]+)\)", dot.get("transform")) for dot in dots]
    return [float(place[1 if name == "cx" else 2]) for place in places]


def test_what_took_longer_is_higher():
    """Each pair is drawn inside of the picture, the slower arm above the faster one, from left to right."""
    drawn, root, dots = _drawn(judgement.entry(measured(1.2), RULES))
    baseline, candidate = (_places(dots[arm], "cy") for arm in ("baseline", "candidate"))
    assert len(baseline) == len(candidate) == len(drawn.titles) == 15
    assert all(0 < above < below < drawing.HEIGHT for above, below in zip(candidate, baseline, strict=True))
    across = _places(dots["baseline"], "cx")
    assert across == sorted(across) == pytest.approx(_places(dots["candidate"], "cx"), abs=0.01)
    assert "the candidate took longer in 15 of them" in root.get("aria-label")


def test_each_mark_tells_its_pair_on_pointing():
    """Both dots of a pair and the line between them have its figures, so that no script is needed."""
    drawn, root, _ = _drawn(judgement.entry(measured(1.2), RULES))
    told = [title.text for title in root.iter("title")]
    assert {title: told.count(title) for title in drawn.titles} == dict.fromkeys(drawn.titles, 3)


def test_only_the_pairs_that_confirm_are_filled():
    """Dots of the first look are hollow, and a line is dashed where the machine was disturbed."""
    entry = judgement.entry(measured(1.2), RULES)
    entry["pairs"][3]["noisy"] = True
    _, root, dots = _drawn(entry)
    hollow = [dot.get("fill") == "var(--paper)" for dot in dots["candidate"]]
    assert hollow == [pair["stage"] != "confirm" for pair in entry["pairs"]]
    assert [line.get("stroke-dasharray") for line in root.iter("line")].count("3,3") == 1


@pytest.mark.parametrize(("low", "high"), [(0.97, 1.31), (0.6, 1.4), (0.001, 0.002), (12.0, 97.0), (1.0, 1.0001)])
def test_the_scale_has_a_few_round_numbers(low, high):
    """A scale has two to nine labels, each a number of seconds, whatever the range."""
    entry = judgement.entry(measured(1.2), RULES)
    for pair in entry["pairs"]:
        pair["baseline_s"], pair["candidate_s"] = low, high
    _, root, _ = _drawn(entry)
    labels = [text.text for text in root.iter("text") if text.text.endswith(" s")]
    assert 2 <= len(labels) <= 9
    assert all(len(label) <= 10 and float(label.removesuffix(" s")) > 0 for label in labels)
