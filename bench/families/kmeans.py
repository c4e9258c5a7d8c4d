"""K-means by Lloyd's algorithm: each step moves every centre to the mean of the rows that are nearest to it."""

from __future__ import annotations

from bench.families.base import Family, Setting

CLUSTERS = Setting("clusters", 8, "Clusters to find", most=4096)
ITERATIONS = Setting("iterations", 20, "Steps of Lloyd's algorithm, each over all rows")
# No chart has it beside another family of that colour.
FAMILY = Family("kmeans", (CLUSTERS, ITERATIONS), one_answer=True, colour=1)
