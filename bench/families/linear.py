"""Linear models: one weight for each feature."""

from __future__ import annotations

from bench.families.base import Family

FAMILY = Family("linear", standardises=False, colour=3)
