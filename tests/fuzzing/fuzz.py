"""Feeds readers with changed texts, and tells each fault: anything but a value or one sentence of the project's own.

    python -m tests.fuzzing.fuzz [--inputs 1000000] [--seed 0] [--reader NAME]... [--seconds S]

Each input is made by the seed and its number alone. Ends with 1 where there was a fault.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import BenchError
from tests.fuzzing.readers import Reader, readers

LONGEST = 2_000  # characters of a sentence
SLOW_S = 5.0
MEMORY = "/dev/shm"  # noqa: S108 - a directory of its own is made in it


@dataclass
class Tally:
    """What became of the inputs of a reader.

    Attributes:
        inputs: How many there were.
        read: How many were taken.
        refused: How many were refused by a sentence.
        faults: Of each fault, how often it came.
        examples: Of each fault, the number of an input and the input.
        seconds: CPU seconds that all of it took.
    """

    inputs: int = 0
    read: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    seconds: float = 0.0

    def add_fault(self, fault: str, number: int, content: bytes) -> None:
        """Count a fault, and keep its first input."""
        self.faults[fault] += 1
        self.examples.setdefault(fault, (number, content))


def feed(reader: Reader, seed: int, numbers: range, until: float = float("inf")) -> Tally:
    """Feed a reader.

    Args:
        reader: The reader.
        seed: Seed of the inputs.
        numbers: Numbers of the inputs.
        until: Moment of ``time.monotonic`` after which no input is made.
    """
    found, began = Tally(), time.process_time()
    for number in numbers:
        if number % 64 == 0 and time.monotonic() > until:
            break
        content = reader.make(random.Random(seed * 2**32 + number))  # noqa: S311 - no secret is made here
        found.inputs += 1
        started = time.process_time()
        try:
            reader.read(content)
            found.read += 1
        except BenchError as error:
            found.refused += 1
            if (fault := fault_of_sentence(str(error))) is not None:
                found.add_fault(f"{fault}: {place_of(error)}", number, content)
        except Exception as error:
            found.add_fault(f"{type(error).__name__}: {place_of(error)}", number, content)
        if time.process_time() - started > SLOW_S:
            found.add_fault("slow", number, content)
    found.seconds = time.process_time() - began
    return found


def fault_of_sentence(sentence: str) -> str | None:
    """Return why this is no sentence for a person; None where it is one.

    Args:
        sentence: The text of an error.
    """
    if not sentence.endswith("."):
        return "no full stop"
    if len(sentence) > LONGEST:
        return "a sentence without end"
    return "several lines" if "\n" in sentence else None


def place_of(error: BaseException) -> str:
    """Return the innermost line of ours that an error passed."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/bench/" in frame.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{'/'.join(Path(last.filename).parts[-3:])}:{last.lineno}"


def told(name: str, found: Tally) -> str:
    """Return what became of the inputs of a reader, in a line, and a line for each fault.

    Args:
        name: Name of the reader.
        found: The counts.
    """
    counts = f"{found.inputs:,} inputs, {found.read:,} read, {found.refused:,} refused, {found.faults.total():,} faults"
    lines = [f"{name}: {counts}, {found.seconds:.0f} CPU s\n"]
    for fault, times in found.faults.most_common():
        number, content = found.examples[fault]
        lines.append(f"  {times:,} x {fault}, input {number}: {content[:300]!r}\n")
    return "".join(lines)


def main() -> int:
    """Feed the readers that are asked for, print what became of it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="Number of the first input.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="For each reader at most.")
    parser.add_argument("--reader", action="append", default=[])
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(dir=MEMORY if Path(MEMORY).is_dir() else None) as directory:
        known: Mapping[str, Reader] = readers(Path(directory))
        worst = 0
        for name in given.reader or known:
            until = time.monotonic() + given.seconds
            found = feed(known[name], given.seed, range(given.first, given.first + given.inputs), until)
            sys.stdout.write(told(name, found))
            sys.stdout.flush()
            worst = max(worst, int(bool(found.faults)))
    return worst


if __name__ == "__main__":
    sys.exit(main())
