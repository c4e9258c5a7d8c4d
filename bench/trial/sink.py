"""The trainer of a handoff trial: takes batches, adds up their content, and waits as long as a step would take."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.trial.memory_mark import peak_bytes, reset_peak
from bench.trial.row_digest import RowDigest
from bench.trial.succession import LabelSuccession

if TYPE_CHECKING:
    import numpy as np

    Batch = tuple[np.ndarray, np.ndarray]

ROWS_AT_ONCE = 8192  # to hash, so that its fixed costs vanish


@dataclass(frozen=True)
class SinkReport:
    """The report of one trainer about one pass.

    Attributes:
        pid: Its process.
        digest: The content of its rows, out of `RowDigest.as_json`.
        succession: The order of its labels, out of `LabelSuccession.as_json`.
        batches: Batches that it took.
        first_batch_s: Seconds until it had the first of them.
        waited_s: Seconds for which it waited for another one, the first left out.
        took_s: Seconds from the first batch to the end.
        own_cpu_s: CPU seconds of looking at batches, which stand for training and are no part of the hand-off.
        peak_bytes: Peak memory of its process in this pass.
    """

    pid: int
    digest: dict[str, object]
    succession: dict[str, float]
    batches: int
    first_batch_s: float
    waited_s: float
    took_s: float
    own_cpu_s: float
    peak_bytes: int


def consume(batch_rows: int, step_s: float, rank: int, world: int, blocks: Iterator[Batch]) -> SinkReport:
    """Take all rows of a rank in batches; see `bench.hookspecs.bench_handoff`.

    Args:
        batch_rows: Rows of a batch of this rank.
        step_s: Seconds to wait for each batch.
        rank: The rank.
        world: Number of ranks.
        blocks: Features and labels.

    Raises:
        TypeError: A block is no pair of float32 arrays in C order.
    """
    del rank, world
    reset_peak()
    own, waited, number = OwnWork(), 0.0, 0
    began = asked = time.monotonic()
    first = began
    for batch in cut(blocks, batch_rows):
        now = time.monotonic()
        waited += now - asked if number else 0.0
        first = first if number else now
        number += 1
        own.take(*batch)
        if step_s:
            time.sleep(step_s)
        asked = time.monotonic()
    waited += time.monotonic() - asked if number else 0.0
    own.finish()
    return SinkReport(
        pid=os.getpid(),
        digest=own.digest.as_json(),
        succession=own.succession.as_json(),
        batches=number,
        first_batch_s=first - began,
        waited_s=waited,
        took_s=time.monotonic() - first,
        own_cpu_s=own.cpu_s,
        peak_bytes=peak_bytes(),
    )


class OwnWork:
    """The looks of a trainer at its batches, and the CPU time that they take.

    Attributes:
        digest: The content of all rows.
        succession: The order of all labels.
        cpu_s: CPU seconds of this thread.
    """

    def __init__(self) -> None:
        self.digest, self.succession, self.cpu_s = RowDigest(), LabelSuccession(), 0.0
        self._held: list[Batch] = []

    def take(self, features: np.ndarray, labels: np.ndarray) -> None:
        """Take a batch; its content is added up with that of others, some thousand rows at a time."""
        self._held.append((features, labels))
        if sum(len(held) for _, held in self._held) >= ROWS_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Add up what is held back."""
        import numpy as np

        if not self._held:
            return
        began = time.thread_time()
        features, labels = (np.concatenate(parts) for parts in zip(*self._held, strict=True))
        self._held = []
        self.digest.add(labels, features)
        self.succession.add(labels)
        self.cpu_s += time.thread_time() - began


def cut(blocks: Iterator[Batch], rows: int) -> Iterator[Batch]:
    """Cut blocks into batches, in place where a batch lies in one block.

    Args:
        blocks: Features and labels.
        rows: Rows of each batch but the last.
    """
    held: list[Batch] = []
    lacking = rows
    for features, labels in blocks:
        _check(features, labels)
        start = 0
        while start < len(labels):
            part = slice(start, start + lacking)
            held.append((features[part], labels[part]))
            lacking -= len(held[-1][1])
            start = part.stop
            if not lacking:
                yield held[0] if len(held) == 1 else _join(held)
                held, lacking = [], rows
    if held:
        yield _join(held)


def _join(parts: list[Batch]) -> Batch:
    import numpy as np

    features, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    return features, labels


def _check(features: np.ndarray, labels: np.ndarray) -> None:
    fits = features.dtype == labels.dtype == "float32" and features.ndim == 2 and labels.shape == features.shape[:1]
    if not (fits and features.flags.c_contiguous):
        raise TypeError(
            f"a trainer takes float32 of shape (rows, features) in C order with labels of shape (rows,), and was given "
            f"{features.dtype} of {features.shape} with {labels.dtype} of {labels.shape}"
        )
