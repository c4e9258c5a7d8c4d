"""MLlib's perceptron: sigmoid units and L-BFGS, so that an epoch is one of its iterations."""

from __future__ import annotations

from bench.families.base import Family

FAMILY = Family("mlp_lbfgs", colour=4)
