"""Gradient-boosted trees on histograms of the features."""

from __future__ import annotations

from bench.families.base import Family, Setting

TREES = Setting("trees", 20, "Number of trees")
DEPTH = Setting("depth", 6, "Greatest depth of a tree", most=30)
BINS = Setting("bins", 128, "Bins of a feature's histogram")
FAMILY = Family("gbt", (TREES, DEPTH, BINS), learning_rate=0.2, standardises=False, colour=1)
