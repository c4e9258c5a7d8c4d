"""Random forests: trees on bootstrap samples of the rows, none of which builds on another."""

from __future__ import annotations

from bench.families.base import Family
from bench.families.gbt import BINS, DEPTH, TREES

FAMILY = Family("forest", (TREES, DEPTH, BINS), standardises=False, colour=5)
