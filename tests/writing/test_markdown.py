"""Escaped text is shown as it is, wherever in a Markdown document it stands."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.writing.markdown import escape

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLACES = {
    "a paragraph": ("{}\n", r"<p>(.*)</p>\n"),
    "bold": ("> **It is {}.**\n", r"<strong>It is (.*)\.</strong>"),
    "the item of a list": ("- {}\n", r"<li>(.*)</li>"),
    "a cell": ("| a | b |\n|---|---|\n| {} | end |\n", r"<td>(.*)</td>\n<td>end</td>"),
    "the summary of raw HTML": ("<details><summary>{}</summary>\n\n</details>\n", r"<summary>(.*)</summary>"),
}
CHARACTERS = "\\`*_[]{}<>#|~$&@!()-+=:./1.9) ab\"'"
PIECES = [*CHARACTERS, "://", "www.", "&amp;", "    ", "\n", "- ", "1. ", "---", "```", "<b>"]


@pytest.mark.parametrize("place", PLACES)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join).filter(str.strip))
def test_a_text_is_shown_as_it_is(place: str, text: str) -> None:
    """A browser shows the very text, on one line, and there is no element in it."""
    document, pattern = PLACES[place]
    [shown] = re.findall(pattern, MARKDOWN.render(document.format(escape(text))))
    assert "<" not in shown
    assert " ".join(html.unescape(shown).replace("\u200b", "").split()) == " ".join(text.split())


def test_nobody_is_mentioned_and_nothing_is_linked() -> None:
    """What GitHub looks for in the finished HTML is broken up: users, issues, and the two kinds of addresses."""
    shown = html.unescape(escape("@somebody a@b.example #12 https://a.example WWW.a.example"))
    assert not re.search(r"[@#]\w", shown)
    assert not re.search(r"://|www\.", escape("https://a.example WWW.a.example"), re.IGNORECASE)


def test_a_name_stays_legible() -> None:
    """The names that most tables are full of are the same in the source."""
    for name in ("xgboost_spark", "+12.2 %", "-3.5 %", "1.04 (95 % interval 1.01 to 1.07)", "train/load"):
        assert escape(name) == name
