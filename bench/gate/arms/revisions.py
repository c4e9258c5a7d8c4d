"""Finds revisions in the git repository that one stands in, and checks them out beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import GateError, UsageError
from bench.machine.commands import git

SOURCES = (".py", ".toml", ".cfg")


def top(directory: Path) -> Path:
    """Return the top directory of the repository around a directory.

    Raises:
        UsageError: There is none, or there is no git.
    """
    found = git(directory, "rev-parse", "--show-toplevel")
    if found is None:
        raise UsageError(f"{directory} is in no git repository: run the gate in a checkout, or compare two --python.")
    return Path(found)


def resolve(repository: Path, revision: str) -> str:
    """Return the commit, as 40 hexadecimal digits, that a revision stands for.

    Args:
        repository: Its top directory.
        revision: Anything that git understands, such as ``main``, ``v1.2`` or ``HEAD~3``.

    Raises:
        UsageError: There is no such revision.
    """
    found = git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found:
        raise UsageError(
            f"{revision!r} is no revision of this repository: `git fetch` it first, or name another (`git log`)."
        )
    return found


def after(repository: Path, good: str, bad: str) -> list[str]:
    """Return the commits after one and up to another, the oldest first, along the first parents.

    Args:
        repository: Its top directory.
        good: A commit.
        bad: A commit.

    Returns:
        Nothing where the one is no ancestor of the other, or is the other.
    """
    if git(repository, "merge-base", "--is-ancestor", good, bad) is None:
        return []
    return (git(repository, "rev-list", "--first-parent", "--reverse", f"{good}..{bad}") or "").split()


def subject(repository: Path, commit: str) -> str:
    """Return the first line of a commit's message."""
    return git(repository, "log", "-1", "--format=%s", commit) or ""


def refuse_dirty(repository: Path) -> None:
    """Refuse a working tree whose code is not that of its commit, since the gate would measure the commit.

    Args:
        repository: Its top directory.

    Raises:
        UsageError: A file that git knows was changed, or code was added that it does not know.
    """
    # Every file by itself: a night's own directory, of which git would tell the name only, holds no code.
    status = git(repository, "status", "--porcelain", "--untracked-files=all") or ""
    # The first line's leading blank went with the answer's outer space.
    changed = [(line[:2].strip(), line[2:].strip().strip('"')) for line in status.splitlines()]
    dirty = [path for mark, path in changed if mark != "??" or path.endswith(SOURCES)]
    if dirty:
        raise UsageError(
            f"The working tree differs from its commit ({dirty[0]}): commit or stash that, or give --candidate REV."
        )


@contextmanager
def check_out(repository: Path, commit: str, directory: Path) -> Iterator[Path]:
    """Check a commit out in a git worktree, and remove that at the end.

    Args:
        repository: Its top directory.
        commit: The commit.
        directory: Where to put it; must not be there yet.

    Raises:
        GateError: Git cannot do it.
    """
    if git(repository, "worktree", "add", "--detach", "--force", str(directory), commit) is None:
        raise GateError(f"Git cannot check {commit[:12]} out into {directory}: see what `git worktree add` says.")
    try:
        yield directory
    finally:
        git(repository, "worktree", "remove", "--force", "--force", str(directory))
