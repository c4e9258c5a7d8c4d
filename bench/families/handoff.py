"""Hand-offs: rows of a data frame on their way to the processes that train; nothing is learned."""

from __future__ import annotations

import operator

from bench.families.base import Family, Setting
from bench.families.mlp import BATCH_SIZE

STEP_MS = Setting("step_ms", 0, "Milliseconds that a trainer waits for each batch, as a step would take", least=0)
FRAME = Setting(
    "frame",
    "cached",
    "Where the data frame's rows are when the clock starts: cached in Spark's memory, or not read yet",
    words=("cached", "lazy"),
    enough=operator.eq,
)
SETTINGS = (BATCH_SIZE, STEP_MS, FRAME)
FAMILY = Family("handoff", SETTINGS, colour=1)
