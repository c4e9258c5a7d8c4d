"""MLlib's perceptron: sigmoid units and L-BFGS, so that an epoch is one of its iterations."""

from __future__ import annotations

from bench.families.base import Family
from bench.families.mlp import EPOCHS

FAMILY = Family("mlp_lbfgs", (EPOCHS,), colour=4)
