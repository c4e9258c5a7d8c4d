"""Finds revisions in the git repository around a directory, and checks them out elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import GateError, UsageError
from bench.machine.commands import git

SOURCES = (".py", ".toml", ".cfg")


def top(directory: Path) -> Path:
    """Return the top directory of the repository around a directory.

    Raises:
        UsageError: There is no repository, or no git.
    """
    # The way up, and not the path, which need not be UTF-8.
    found = git(directory, "rev-parse", "--show-cdup")
    if found is None:
        if shutil.which("git") is None:
            raise UsageError("There is no git on the PATH: install it, or compare two --python.")
        if any((place / ".git").exists() for place in (directory, *directory.parents)):
            raise UsageError(f"git refuses the repository around {directory}: `git -C {directory} status` says why.")
        raise UsageError(f"{directory} is in no git repository: run the gate in a checkout, or compare two --python.")
    return (directory / found).resolve()


def resolve(repository: Path, revision: str) -> str:
    """Return the commit of a revision, as 40 hexadecimal digits.

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
    """Return the commits after a good one up to a bad one, the oldest first, along the first parents.

    Args:
        repository: Its top directory.
        good: A commit.
        bad: A commit.

    Returns:
        None of them where the good one is no ancestor of the bad one, or both are the same.
    """
    if git(repository, "merge-base", "--is-ancestor", good, bad) is None:
        return []
    return (git(repository, "rev-list", "--first-parent", "--reverse", f"{good}..{bad}") or "").split()


def subject(repository: Path, commit: str) -> str:
    """Return the first line of a commit's message."""
    return git(repository, "log", "-1", "--format=%s", commit) or ""


def refuse_dirty(repository: Path) -> None:
    """Refuse a working tree whose code differs from its commit, since the gate would measure the commit.

    Args:
        repository: Its top directory.

    Raises:
        UsageError: A tracked file was changed, or there is code that git does not track.
    """
    # Every file is listed: of an untracked directory, such as a night's, git would otherwise list the name only.
    status = git(repository, "status", "--porcelain", "--untracked-files=all") or ""
    # `git` strips its output, so the first line may lack its leading blank.
    changed = [(line[:2].strip(), line[2:].strip().strip('"')) for line in status.splitlines()]
    dirty = [path for mark, path in changed if mark != "??" or path.endswith(SOURCES)]
    if dirty:
        raise UsageError(
            f"The working tree differs from its commit ({dirty[0]}): commit or stash that, or give --candidate REV."
        )


def forget_removed(repository: Path) -> None:
    """Have git forget the worktrees whose directories are gone.

    Args:
        repository: Its top directory.
    """
    git(repository, "worktree", "prune")


@contextmanager
def check_out(repository: Path, commit: str, directory: Path) -> Iterator[Path]:
    """Check a commit out in a git worktree, and remove the worktree at the end.

    Args:
        repository: Its top directory.
        commit: The commit.
        directory: Path of the worktree; must not exist yet.

    Raises:
        GateError: Git fails.
    """
    if git(repository, "worktree", "add", "--detach", "--force", str(directory), commit) is None:
        raise GateError(f"Git cannot check {commit[:12]} out into {directory}: see what `git worktree add` says.")
    try:
        yield directory
    finally:
        git(repository, "worktree", "remove", "--force", "--force", str(directory))
