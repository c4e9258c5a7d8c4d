"""Finds features that give the label away: what is known only with the answer, such as a date of cancellation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.dataset as ds

from bench.datasets.format.manifest import Manifest

AUC = 0.999
ROWS = 200_000
# With fewer rows of a class, one of many columns can be as good by chance.
FEWEST = 10


def find_telltales(manifest: Manifest) -> dict[str, float]:
    """Return the features each of which alone orders the train split by its label, with their AUC.

    A feature that falls with the label is as good as one that rises with it. At most `ROWS` rows are read, the first,
    which stand for all, since rows were shuffled.

    Args:
        manifest: A dataset in a directory of this machine.

    Returns:
        AUC between `AUC` and 1 by feature; none where a class has fewer than `FEWEST` rows among those that are read.
    """
    from sklearn.metrics import roc_auc_score

    found = manifest.dataset
    train = ds.dataset(Path(found.path) / "split=train", format="parquet")
    labels = train.head(ROWS, columns=[found.label])[found.label].to_numpy()
    if min(np.sum(labels == 0), np.sum(labels == 1)) < FEWEST:
        return {}
    telltales = {}
    for feature in found.features:
        auc = float(roc_auc_score(labels, train.head(ROWS, columns=[feature])[feature].to_numpy()))
        if (best := max(auc, 1 - auc)) >= AUC:
            telltales[feature] = best
    return telltales
