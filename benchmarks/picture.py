"""Takes a picture of the top of a report: `uv run python benchmarks/picture.py REPORT.html PICTURE.png`.

The answer, and time against quality, as the README shows them. Needs Chromium (`apt-get install chromium`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

WIDTH = 1100


def main(report: Path, picture: Path) -> None:
    """Take the picture.

    Args:
        report: The report, as HTML.
        picture: The file to write.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.goto(report.resolve().as_uri())
        end = page.locator("#quality figure").first.bounding_box()
        if end is None:
            sys.exit(f"{report} has no chart to take a picture of.")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": end["y"] + end["height"] + 16}
        page.screenshot(path=picture, full_page=True, clip=clip)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
