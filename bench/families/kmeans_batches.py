"""K-means by batches of rows, each of which moves the centres a little: another algorithm than Lloyd's."""

from __future__ import annotations

from bench.families.base import Family
from bench.families.kmeans import CLUSTERS
from bench.families.mlp import BATCH_SIZE, EPOCHS

FAMILY = Family("kmeans_batches", (CLUSTERS, EPOCHS, BATCH_SIZE), colour=2)
