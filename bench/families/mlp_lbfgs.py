"""MLlib's perceptron: sigmoid units and L-BFGS, so that an epoch is one of its iterations.

Its first iterations are on a plateau, which it leaves sooner or later by its initial weights. From 16,448 flights it
comes to an AUC of 0.45 to 0.67 in five iterations, the default, and of 0.678 to 0.682 in ten; from as many raw flights
to 0.51 to 0.69, and to 0.682 to 0.693 (3 seeds each). So nothing can be asked of it before it has done ten.
"""

from __future__ import annotations

from bench.families.base import Family
from bench.families.mlp import EPOCHS

FAMILY = Family("mlp_lbfgs", (EPOCHS,), enough={EPOCHS.name: 10}, colour=4)
