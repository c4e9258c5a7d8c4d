"""Leaves a night's summary as a comment on a pull request: one comment, which later nights replace.

Reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, BENCH_PULL_REQUEST (its number) and BENCH_OUT, which holds
summary.md and notice.txt. Prints what it did. Needs Python's standard library only.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MARK = "<!-- bench nightly -->"  # by which the comment is known again
MOST = 65_000  # characters: GitHub takes 65,536
AT_ONCE = 100  # comments of a page, the most
MOST_PAGES = 10


def body(out: Path) -> str:
    """Return the comment: what was found in a line, and the tables beneath it.

    Args:
        out: Directory of the night.
    """
    notice, summary = out / "notice.txt", out / "summary.md"
    first = notice.read_text().strip() if notice.exists() else "The night ended early."
    text = f"{MARK}\n**{first}**\n\n{summary.read_text() if summary.exists() else ''}"
    return text if len(text) <= MOST else f"{text[:MOST].rpartition(chr(10))[0]}\n\n… the rest is in the job's summary."


def ask(environ: Mapping[str, str], path: str, method: str = "GET", **content: str) -> Any:
    """Return the answer of GitHub's REST API.

    Args:
        environ: The environment.
        path: Below the repository.
        method: Of HTTP.
        content: What is sent.
    """
    address = f"{environ['GITHUB_API_URL']}/repos/{environ['GITHUB_REPOSITORY']}/{path}"
    headers = {
        "Authorization": f"Bearer {environ['GITHUB_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "Content-Type": "application/json",
    }
    sent = json.dumps(content).encode() if content else None
    request = urllib.request.Request(address, sent, headers, method=method)  # noqa: S310 - the runner's own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def earlier(environ: Mapping[str, str], number: str) -> int | None:
    """Return the id of the comment of an earlier night; None where there is none.

    Args:
        environ: The environment.
        number: Of the pull request.
    """
    for page in range(1, MOST_PAGES + 1):
        comments = ask(environ, f"issues/{number}/comments?per_page={AT_ONCE}&page={page}")
        for comment in comments:
            if comment["body"].startswith(MARK):
                return int(comment["id"])
        if len(comments) < AT_ONCE:
            break
    return None


def main(environ: Mapping[str, str]) -> int:
    """Write the comment and return the exit code.

    Args:
        environ: The environment.
    """
    number, text = environ["BENCH_PULL_REQUEST"], body(Path(environ["BENCH_OUT"]))
    try:
        known = earlier(environ, number)
        if known is None:
            ask(environ, f"issues/{number}/comments", "POST", body=text)
        else:
            ask(environ, f"issues/comments/{known}", "PATCH", body=text)
    except (OSError, ValueError) as error:
        sys.stdout.write(
            f"::warning title=bench nightly::No comment on #{number} ({error}): give `pull-requests: write`.\n"
        )
        return 1
    sys.stdout.write(f"{'Wrote' if known is None else 'Replaced'} the comment on #{number}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
