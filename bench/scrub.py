"""Takes credentials out of everything that is written: records, logs, command lines, error messages.

Three things count as credentials: the value of an environment variable whose name says so; the user and password of a
URI; and the text after a name that says so, in a URI's query, an option or a header. The rest of a text stays.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HIDDEN = "***"
PLACES = ("PWD", "OLDPWD")  # the directories of a shell: their names match "pwd", and their values are parts of paths
SHORTEST = 6  # characters: hiding a shorter value wherever it occurs would hide words
SCHEMES_WITH_NAMES = ("abfs", "abfss", "wasb", "wasbs", "hdfs", "viewfs", "ssh", "sftp")  # container@host, user@host

# Every repetition is bounded, so that a long line costs no more time for each character than a short one.
_WORDS = (
    r"secret|token|passw(?:or)?d|passphrase|credential|signature|(?:api|access|private|account|encryption)[_.-]?key"
)
_NAME = re.compile(rf"{_WORDS}|(?:^|[_.-])(?:key|auth|pass|pwd|sas)(?:[_.-]|$)", re.IGNORECASE)
_USER = r"[^\s/?#@:\"'<>\\]{0,200}"
_USER_INFO = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{0,30})://"
    rf"(?:(?P<user>{_USER})@"  # a name alone
    rf"|{_USER}:[^\s/\"'<>\\]{{0,500}}@"  # a name and a password, which may hold an @
    rf"|{_USER}:(?!\d{{1,5}}[/?#])[^\s@\"'<>\\]{{0,500}}@)",  # the same with a slash in it, and not a port and its path
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?P<name>(?<![\w.-])(?:[\w.-]{{0,60}}(?:{_WORDS})[\w.-]{{0,60}}|sig|pwd|key|auth)=)"
    r"[^\s&;,\"'<>\\]*[^\s&;,\"'<>\\.:)\]}]",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\b(?P<kind>bearer|basic)\s+[a-z0-9._~+/=-]{8,}", re.IGNORECASE)
_OPTION = re.compile(rf"-{{1,2}}[\w.-]*(?:{_WORDS})[\w.-]*", re.IGNORECASE)


def text(value: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return a text without credentials.

    Args:
        value: The text.
        environ: The environment whose credentials are taken out.
    """
    return _without(value, secrets(environ))


def _without(value: str, found: Sequence[str]) -> str:
    for secret in found:
        value = value.replace(secret, HIDDEN)
    return spelled(value)


def spelled(value: str) -> str:
    """Return a text without the credentials that their form gives away.

    Args:
        value: The text, which may be a line of JSON: quotation marks and backslashes stay.
    """
    if "://" in value:
        value = _USER_INFO.sub(_without_user, value)
    if "=" in value:
        value = _NAMED.sub(rf"\g<name>{HIDDEN}", value)
    return _HEADER.sub(rf"\g<kind> {HIDDEN}", value)


def _without_user(match: re.Match[str]) -> str:
    if match["user"] is not None and match["scheme"].lower() in SCHEMES_WITH_NAMES:
        return match[0]
    return f"{match['scheme']}://{HIDDEN}@"


def names_a_secret(name: str) -> bool:
    """Return whether a name may be that of a credential; in doubt, True.

    Args:
        name: Name of an environment variable or a setting.
    """
    return bool(_NAME.search(name))


def secrets(environ: Mapping[str, str]) -> list[str]:
    """Return the values of the variables whose names say that they are credentials, the longest first.

    Args:
        environ: The environment.
    """
    named = {name: value for name, value in environ.items() if name not in PLACES and names_a_secret(name)}
    found = {value for value in named.values() if len(value.strip()) >= SHORTEST}
    return sorted(found, key=len, reverse=True)


def anything(value: Any) -> Any:
    """Return a value without credentials in any of its texts, keys included.

    Args:
        value: A value that JSON can hold; tuples become lists.
    """
    return _anything(value, secrets(os.environ))


def _anything(value: Any, found: Sequence[str]) -> Any:
    if isinstance(value, str):
        return _without(value, found)
    if isinstance(value, Mapping):
        return {_anything(name, found): _anything(item, found) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_anything(item, found) for item in value]
    return value


def command(words: Sequence[str]) -> list[str]:
    """Return a command line without credentials, including those that are a word of their own after their option.

    Args:
        words: The command and its arguments.
    """
    after_option = [False, *(bool(_OPTION.fullmatch(word)) for word in words)]
    return [HIDDEN if hide else text(word) for word, hide in zip(words, after_option, strict=False)]


def lost(value: str | None) -> bool:
    """Return whether credentials were taken out of a URI, so that it can no longer be opened.

    Args:
        value: The URI.
    """
    return value is not None and HIDDEN in value


def clean_file(path: Path) -> None:
    """Rewrite a file without credentials; bytes that are no UTF-8 stay as they are.

    Args:
        path: The file.
    """
    before = path.read_bytes().decode("utf-8", "surrogateescape")
    after = text(before)
    if after != before:
        path.write_bytes(after.encode("utf-8", "surrogateescape"))
