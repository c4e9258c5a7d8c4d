"""Chromium without a window, and what pages are asked in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What has no room for its text: text that is wider than its box, and boxes that stick out of the page. Boxes that
# scroll, and what is there for screen readers only, are meant to be so.
CUT = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > width) found.push("the page is wider than the screen");
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(".scroll table, .skip, script, .tip") || !element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    const text = element.textContent.slice(0, 60);
    const chart = element.tagName === "text" && element.closest("svg").getBoundingClientRect();
    if (chart && (box.left < chart.left - 1 || box.right > chart.right + 1))
      found.push(`cut at the edge of its chart: ${text}`);
    if (box.width && (box.left < -1 || box.right > width + 1)) found.push(`${element.tagName} sticks out: ${text}`);
    if (!element.closest("svg") && element.clientWidth && element.scrollWidth > element.clientWidth + 1
        && getComputedStyle(element).overflowX !== "visible" && !element.matches(".scroll, select, input"))
      found.push(`${element.tagName} is cut off: ${text}`);
  }
  return found;
}"""
OVERLAP = """() => {
  const found = [];
  for (const chart of document.querySelectorAll("svg")) {
    if (!chart.checkVisibility()) continue;
    const texts = [...chart.querySelectorAll("text")].map(text => [text, text.getBoundingClientRect()]);
    texts.forEach(([one, a], index) => texts.slice(index + 1).forEach(([two, b]) => {
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
        found.push(`${one.textContent} / ${two.textContent}`);
    }));
  }
  return found;
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser; skip the test where there is none, unless one is demanded."""
    if not CHROMIUM:
        if os.environ.get("BENCH_NEEDS_BROWSER"):
            pytest.fail("there is no Chromium, and BENCH_NEEDS_BROWSER is set: `apt-get install chromium`")
        pytest.skip("there is no Chromium here: `apt-get install chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()
