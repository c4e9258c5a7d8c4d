"""Multilayer perceptrons with rectified units, batch normalisation and dropout, trained by Adam in batches."""

from __future__ import annotations

from bench.families.base import Family, Setting

EPOCHS = Setting("epochs", 5, "Passes over the data")
BATCH_SIZE = Setting("batch_size", 1024, "Rows of a global batch, such as 1024,4096", axis=True, enough=int.__le__)
SPARSE_AS_DENSE = Setting(
    "sparse_as_dense",
    1,
    "Whether Horovod's ranks add up gradients of embeddings as whole tables (1), or gather the rows that were met (0)",
    least=0,
    most=1,
    enough=lambda *_: True,  # the same is learned
)
FAMILY = Family("mlp", (EPOCHS, BATCH_SIZE, SPARSE_AS_DENSE), learning_rate=1e-3, least_rows=100_000, colour=2)
