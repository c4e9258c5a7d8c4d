"""Pipelines: an engine that makes features of raw tables, a hand-off, and a strategy that trains on them.

They combine by their names, ``ENGINE+TRAINER`` or ``ENGINE+HANDOFF+TRAINER``: no file is written for a combination.
"""

from bench.pipelines.composition import JOINT, is_composed, load
from bench.pipelines.defaults import DefaultPipeline, lengthy, named
from bench.pipelines.definition import Definition
from bench.pipelines.definition import of_dataset as definition_of
from bench.pipelines.engine import ARROW, ENGINES, SPARK, Engine
from bench.pipelines.transfer import TRANSFERS, FeatureTransfer, hold_table

__all__ = [
    "ARROW",
    "ENGINES",
    "JOINT",
    "SPARK",
    "TRANSFERS",
    "DefaultPipeline",
    "Definition",
    "Engine",
    "FeatureTransfer",
    "definition_of",
    "hold_table",
    "is_composed",
    "lengthy",
    "load",
    "named",
]
