"""What every hand-off must at least cost: rows that go as far as Spark takes them, and to no trainer."""

from __future__ import annotations

from bench.families.base import Family
from bench.families.handoff import SETTINGS

FAMILY = Family("handoff_floor", SETTINGS, floor=True, colour=2)
