"""The control: no work at all, so that its time is the harness's own overhead."""

from __future__ import annotations

from bench.families.base import Family

CONTROL = "null"  # the one strategy that the harness knows by name
FAMILY = Family("control", works=False, standardises=False)
