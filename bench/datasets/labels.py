"""What the labels of a dataset are like, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.datasets.format.manifest import Manifest

_SHOWN = 12  # classes
_QUANTILES = {"0": "least", "0.25": "a quarter below", "0.5": "half below", "0.75": "three quarters below", "1": "most"}


def in_brief(manifest: Manifest) -> str:
    """Return a few words: the share of the class to be found, the number of classes, or mean and deviation.

    Args:
        manifest: The dataset's manifest.
    """
    classes = manifest.dataset.classes
    train, test = (manifest.labels[split] for split in ("train", "test"))
    if "counts" not in train:
        return f"{train['mean']:.4g} ± {train['std']:.3g}"
    if len(train["counts"]) > 2:
        return f"{len(train['counts']):,} classes"
    share = (train["counts"][1] + test["counts"][1]) / (train["rows"] + test["rows"])
    return f"{share:.1%} {classes[1] if classes else 'positive'}"


def at_length(manifest: Manifest, split: str) -> str:
    """Return the rows of each class of a split, the most frequent ones first where there are many; or its quantiles.

    Args:
        manifest: The dataset's manifest.
        split: ``train`` or ``test``.
    """
    facts = manifest.labels[split]
    if "counts" in facts:
        return _counts(facts, manifest.dataset.classes)
    shown = [f"{words} {facts['quantiles'][share]:.4g}" for share, words in _QUANTILES.items()]
    return f"mean {facts['mean']:.4g}, deviation {facts['std']:.4g}; {', '.join(shown)}"


def _counts(facts: Mapping[str, Any], classes: Sequence[str]) -> str:
    counts: list[int] = facts["counts"]
    names = classes or [str(code) for code in range(len(counts))]
    pairs = list(zip(names, counts, strict=True))
    if len(pairs) > _SHOWN:
        pairs = sorted(pairs, key=lambda pair: -pair[1])[:_SHOWN]
    shown = [f"{name} {count:,} ({count / facts['rows']:.1%})" for name, count in pairs]
    left = len(counts) - len(pairs)
    return ", ".join([*shown, *([f"and {left:,} more classes, the rarest {min(counts):,}"] if left else [])])
