"""Changes valid texts at their joints: a value becomes another, a name another name, a part moves into another text.

Texts are cut and joined, and neither parsed nor written anew, so that a hundred thousand inputs take seconds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOKEN = re.compile(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')
# Values in TOML and the defaults in Python, and names before them.
TOML_PART = re.compile(r"""[\w.-]+(?=\s*[=:])|(?<=[=:])[^\n,)]+|\[\[?[^\]\n]*\]\]?|\w+""")
# What readers trip over: other types, borders of numbers, moments that there are not, paths upwards, half a character.
ODD = (
    *("null", "true", "false", "0", "-1", "1", "2", "0.5", "-0.0", "1e308", "-1e308", "1e-308", "1e999", "NaN"),
    *("Infinity", "-Infinity", "inf", "nan", "2147483648", "9007199254740993", "9223372036854775808", "1e15"),
    *("1" + "0" * 30, "9" * 400, "9" * 5000, "0x" + "f" * 6000),
    *('""', '"x"', '" "', '"\\ud800"', '"\\u0000"', '"\\n"', '"../../etc/passwd"', '"/etc/passwd"', '".."', '"."'),
    *('"2026-13-45T99:99:99Z"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"2026-11-24"', '"nan"'),
    *('"' + "y" * 10_000 + '"', "[]", "{}", "[[]]", "[0]", '[""]', "[null]", '{"a": 1}', '{"": null}', "[1, 2]"),
    *("[" * 3000, "[" * 1500 + "]" * 1500, '{"a":' * 3000, '"', "'", "\\", "#", "=", "\n", "\x00", "\ufeff", "é"),
    *("2026-11-20", "07:30:00", '"""', "[[machine]]", "def", "lambda", "*", "'int'", "'int |'", "(" * 300),
)


@dataclass(frozen=True)
class Seeds:
    """Valid texts, and where their parts are.

    Attributes:
        texts: The texts.
        parts: Begin and end of each value, name and member of each text.
    """

    texts: tuple[str, ...]
    parts: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(cls, texts: Sequence[str], *, json: bool = True) -> Seeds:
        """Return texts with their parts.

        Args:
            texts: The texts.
            json: Whether they are JSON; else they are lines of names and values.
        """
        return cls(tuple(texts), tuple(tuple(_of_json(text) if json else _of_lines(text)) for text in texts))

    def mutated(self, draws: random.Random) -> bytes:
        """Return a text with one to four changes, sometimes with bytes changed on top.

        Args:
            draws: Decides all of it.
        """
        place = draws.randrange(len(self.texts))
        text = self.texts[place]
        number = 1 if draws.random() < 0.6 else draws.randint(2, 4)
        spans = sorted(draws.choices(self.parts[place], k=number), reverse=True)
        end = len(text)
        for begin, stop in spans:
            if stop <= end:
                text = text[:begin] + self._other(draws) + text[stop:]
                end = begin
        content = text.encode("utf-8", "surrogatepass")
        return bytes_changed(content, draws) if draws.random() < 0.05 else content

    def _other(self, draws: random.Random) -> str:
        """Return an odd value, or a part of one of the texts."""
        if draws.random() < 0.6:
            return draws.choice(ODD)
        place = draws.randrange(len(self.texts))
        begin, stop = draws.choice(self.parts[place])
        return self.texts[place][begin:stop]


def bytes_changed(content: bytes, draws: random.Random) -> bytes:
    """Return bytes of which some are changed, cut out, or doubled.

    Args:
        content: The bytes, not empty.
        draws: Decides all of it.
    """
    found = bytearray(content)
    for _ in range(draws.randint(1, 4)):
        begin = draws.randrange(len(found) or 1)
        length = min(draws.choice((1, 1, 1, 2, 4, 8, 64)), len(found) - begin)
        match draws.randrange(4):
            case 0:
                found[begin : begin + length] = draws.randbytes(length)
            case 1:
                del found[begin : begin + length]
            case 2:
                found[begin:begin] = found[begin : begin + length]
            case _:
                found[begin : begin + length] = bytes(draws.choice((0, 0x7F, 0x80, 0xFF)) for _ in range(length))
    return bytes(found)


def _of_json(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each value, name and member."""
    opened: list[int] = []
    name: int | None = None
    names: list[int | None] = []
    for token in TOKEN.finditer(text):
        word = token.group()
        if word in "{[":
            opened.append(token.start())
            names.append(name)
            name = None
        elif word in "}]":
            yield opened.pop(), token.end()
            if (begin := names.pop()) is not None:
                yield begin, token.end()
            name = None
        elif word == ",":
            name = None
        elif word != ":":
            yield token.start(), token.end()
            if text[token.end() : token.end() + 8].lstrip().startswith(":"):
                name = token.start()
            elif name is not None:
                yield name, token.end()


def _of_lines(text: str) -> Iterator[tuple[int, int]]:
    for part in TOML_PART.finditer(text):
        if part.end() > part.start():
            yield part.span()
    begin = 0
    for line in text.splitlines(keepends=True):
        yield begin, begin + len(line)
        begin += len(line)
