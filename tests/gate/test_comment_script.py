"""The comment on a pull request: what the action sends to GitHub's API, here a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "nightly" / "comment.py"
MARK, KNOWN = "<!-- bench nightly -->", "0123456789"


class _Comments(BaseHTTPRequestHandler):
    """Keeps comments as GitHub's REST API does: pages of them, POST for a new one, PATCH for another text."""

    def do_GET(self) -> None:
        page = int(self.path.rpartition("page=")[2])
        kept = [{"id": number, "body": body} for number, body in self.kept.items()]
        self.answer(200, kept[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        self.kept[len(self.kept) + 1] = self.sent()
        self.answer(201, {})

    def do_PATCH(self) -> None:
        self.kept[int(self.path.rpartition("/")[2])] = self.sent()
        self.answer(200, {})

    @property
    def kept(self) -> dict[int, str]:
        return self.server.comments  # type: ignore[attr-defined, no-any-return]

    def sent(self) -> str:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

    def answer(self, code: int, content: Any) -> None:
        known = self.headers["Authorization"] == f"Bearer {KNOWN}"
        allowed = known and self.path.startswith("/repos/some/where/issues/")
        self.send_response(code if allowed else 403)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server with one comment of a person."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Comments) as found:
        found.comments = {1: "Looks good."}  # type: ignore[attr-defined]
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def comment(server: ThreadingHTTPServer, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call the script for pull request 7, with a night in which nothing became slower."""
    (tmp_path / "notice.txt").write_text("No slowdown.\n")
    (tmp_path / "summary.md").write_text("### Performance gate\n\n| verdict | case |\n|---|---|\n| ✅ ok | xgboost |\n")

    def call(token: str = KNOWN) -> subprocess.CompletedProcess[str]:
        environ = {
            **os.environ,
            "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITHUB_REPOSITORY": "some/where",
            "GITHUB_TOKEN": token,
            "BENCH_PULL_REQUEST": "7",
            "BENCH_OUT": str(tmp_path),
        }
        return subprocess.run([sys.executable, SCRIPT], env=environ, capture_output=True, text=True, check=False)

    return call


def test_one_comment_is_written_and_then_replaced(server: Any, comment: Any, tmp_path: Path) -> None:
    """The first night adds a comment beside a person's, the second one replaces its text."""
    server.comments |= dict.fromkeys(range(2, 102), "More.")
    done = comment()
    assert (done.returncode, done.stdout) == (0, "Wrote the comment on #7.\n"), done.stderr
    assert server.comments[102] == f"{MARK}\n**No slowdown.**\n\n{(tmp_path / 'summary.md').read_text()}"
    (tmp_path / "notice.txt").write_text("The gate confirms a slowdown against the reference.\n")
    assert comment().stdout == "Replaced the comment on #7.\n"
    assert len(server.comments) == 102
    assert "**The gate confirms a slowdown against the reference.**" in server.comments[102]
    assert server.comments[1] == "Looks good."


def test_a_long_summary_is_cut_at_a_line(server: Any, comment: Any, tmp_path: Path) -> None:
    """GitHub takes 65,536 characters: what is too much stays in the job's summary."""
    (tmp_path / "summary.md").write_text("| a row of a table |\n" * 10_000)
    assert comment().returncode == 0
    assert len(server.comments[2]) < 65_536
    assert server.comments[2].endswith("| a row of a table |\n\n… the rest is in the job's summary.")


def test_a_token_that_may_not_is_a_warning_without_it(server: Any, comment: Any) -> None:
    """What GitHub refuses is an annotation that says what to give; the token is not in it."""
    done = comment("a-token-of-another")
    assert done.returncode == 1
    assert done.stdout.startswith("::warning title=bench nightly::No comment on #7 (HTTP Error 403")
    assert "a-token-of-another" not in done.stdout + done.stderr
    assert len(server.comments) == 1
