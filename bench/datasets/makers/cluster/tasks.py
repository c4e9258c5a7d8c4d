"""Shares the input's row groups out among the tasks of a Spark job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.datasets.makers.pieces import Piece
from bench.datasets.makers.sample import EVERY_ROW
from bench.datasets.makers.source import TableSource

TASKS_PER_CORE = 4  # so that no core waits long for the last task of another
MOST_ROWS = 2_000_000  # of a task, more or less: what is lost when an executor dies


def share_out(source: TableSource, cores: int) -> list[TableSource]:
    """Return the same rows as several inputs, each of whole row groups that follow each other.

    Args:
        source: The input.
        cores: Tasks that run at once.
    """
    groups = [(piece, group, rows) for piece in source.pieces for group, rows in piece.group_rows().items() if rows]
    total = sum(rows for _, _, rows in groups)
    tasks = max(TASKS_PER_CORE * cores, total // MOST_ROWS)
    shares: dict[int, list[tuple[Piece, int, int]]] = {}
    done = 0
    for piece, group, rows in groups:
        # By its middle: a row group belongs to the task that has most of it.
        shares.setdefault((2 * done + rows) * tasks // (2 * total), []).append((piece, group, rows))
        done += rows
    return [
        replace(source, pieces=tuple(_pieces(share)), rows=sum(rows for _, _, rows in share))
        for share in shares.values()
    ]


def _pieces(share: list[tuple[Piece, int, int]]) -> Iterator[Piece]:
    """Yield one piece for each file."""
    by_file: dict[int, tuple[Piece, dict[int, int]]] = {}
    for piece, group, _ in share:
        _, groups = by_file.setdefault(piece.number, (piece, {}))
        groups[group] = EVERY_ROW if piece.groups is None else piece.groups[group]
    for piece, groups in by_file.values():
        yield replace(piece, groups=groups)
