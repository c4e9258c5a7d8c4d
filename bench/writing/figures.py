"""Writes figures as people read them, the same in every format of the report."""

from __future__ import annotations

import math

LEAST_S = 0.001
MARK = "*"  # of a figure that others disturbed
MARKED = f"{MARK} Others disturbed this phase: it took too long."


def seconds(value: float | None) -> str:
    """Return seconds with three digits that count, such as ``0.54 s``, ``15.7 s``, ``128 s``."""
    if value is not None and 0 < value < LEAST_S:
        return f"< {LEAST_S} s"
    return "" if value is None else f"{digits(value)} s"


def digits(value: float | None, number: int = 3) -> str:
    """Return a figure with as many digits as count, never with an exponent."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    if abs(value) >= 10 ** (number - 1):
        return f"{value:,.0f}"
    places = number - 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(places, 6)}f}"


def marked(text: str, disturbed: bool) -> str:
    """Return a figure with `MARK` where others disturbed it; `MARKED` says what that means."""
    return f"{text}{MARK}" if text and disturbed else text


def times(value: float | None) -> str:
    """Return a ratio: ``1.04``, ``12``, ``20,000``."""
    if value is None:
        return ""
    if value < 10:
        return f"{value:.2f}"
    return f"{float(f'{value:.2g}'):,.0f}"


def score(value: float | None) -> str:
    """Return a grade with four digits."""
    return "" if value is None else f"{value:.4f}"


def size(value: float | None) -> str:
    """Return bytes, such as ``287.1 MB``."""
    from rich.filesize import decimal  # here, because the help of a command needs none of it

    return "" if value is None else decimal(int(value))


def energy(value_j: float | None) -> str:
    """Return joules, such as ``87.1 J`` or ``12.5 kJ``."""
    if value_j is None:
        return ""
    return f"{digits(value_j)} J" if value_j < 1e4 else f"{digits(value_j / 1e3)} kJ"


def money(value: float | None, currency: str | None) -> str:
    """Return an amount with three digits that count, and its currency where it has one."""
    return f"{digits(value)} {currency}" if value is not None and currency else digits(value)


def cores(number: int) -> str:
    """Return a number of cores: ``1 core``, ``2 cores``."""
    return f"{number} core{'' if number == 1 else 's'}"


def whole(value: float | None) -> str:
    """Return a whole number with its thousands set apart."""
    return "" if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Return a share as per cent."""
    return "" if value is None else f"{100 * value:.0f} %"


def names(words: list[str]) -> str:
    """Return words as a sentence names them: ``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
