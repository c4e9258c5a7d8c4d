"""The control: a strategy and a family that do no work, so that their time is the harness's own overhead."""

from __future__ import annotations

CONTROL = "null"


CONTROL_FAMILY = "control"
