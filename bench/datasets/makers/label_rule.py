"""Tells of which kind of problem a label column is, and so what its values become.

seen = LabelValues("fare", schema.field("fare").type)
for path, batch in batches:
    seen.add(batch["fare"], path)
rule = label_rule(seen)                     # guessed, or as --kind says
rule.problem, rule.classes, rule.codes(batch["fare"])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.datasets.makers.labels import MOST_CLASSES, LabelRule, LabelValues
from bench.errors import DatasetError
from bench.problems.binary import BINARY
from bench.problems.multiclass import MULTICLASS
from bench.problems.regression import REGRESSION

# Pairs of strings of which the second is what one asks for; of two numbers it is the larger.
_NO_AND_YES = frozenset(
    {("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("off", "on"), ("negative", "positive"), ("neg", "pos")}
    | {("0", "1"), ("-1", "1")}
)


def label_rule(seen: LabelValues, kind: str | None = None, positive: str | None = None) -> LabelRule:
    """Return how the column becomes a label.

    Args:
        seen: The values of all its rows.
        kind: Name of the kind of problem; guessed by the values if it is not given.
        positive: The value, as text, that label 1 stands for, where there are two.

    Raises:
        DatasetError: The values are none of that kind, or it is not clear of what kind they are.
    """
    if not seen.many and len(seen.counts) < 2:
        raise DatasetError(
            f"The label {seen.column!r} holds {f'one value only, {seen.names()[0]}' if seen.counts else 'no value'}"
            ": give rows with different labels."
        )
    guess = ""
    if kind is None:
        kind, guess = _guess(seen)
    if positive is not None and kind != BINARY.name:
        raise DatasetError(
            f"The label {seen.column!r} holds {seen.number()} different values, and --positive is for a label of "
            "two: leave it out."
        )
    return _RULES.get(kind, _numbers)(seen, kind, guess, positive)


def _guess(seen: LabelValues) -> tuple[str, str]:
    """Return the kind that the values are most likely of, and why."""
    if seen.many and not seen.text:
        return REGRESSION.name, f"it holds more than {MOST_CLASSES:,} different numbers"
    if len(seen.counts) == 2:
        return BINARY.name, f"it holds two values, {' and '.join(seen.names())}"
    if seen.text:
        return MULTICLASS.name, f"it holds {seen.number()} different strings"
    if not all(value % 1 == 0 for value in seen.counts):
        return REGRESSION.name, "it holds fractions"
    if min(seen.counts.values()) == 1:
        raise DatasetError(
            f"The label {seen.column!r} holds {seen.number()} different whole numbers, some of them in one row "
            f"only, which may be classes or amounts: say --kind {MULTICLASS.name} or --kind {REGRESSION.name}."
        )
    return MULTICLASS.name, f"it holds {seen.number()} different whole numbers"


def _two_classes(seen: LabelValues, kind: str, guess: str, positive: str | None) -> LabelRule:
    if seen.many or len(seen.counts) > 2:
        other = MULTICLASS if seen.text or not seen.many else REGRESSION
        such = "" if seen.many else f" ({', '.join(seen.names()[:3])}, …)"
        raise DatasetError(
            f"The label {seen.column!r} holds {seen.number()} different values{such}, and {kind} problems have two: "
            f"make it boolean, or say --kind {other.name}."
        )
    names, ordered = seen.names(), sorted(seen.counts)
    if positive is None:
        if seen.text:
            lowered = tuple(name.strip().casefold() for name in names)
            if lowered not in _NO_AND_YES:
                raise DatasetError(
                    f"The label {seen.column!r} holds {names[0]!r} and {names[1]!r}, and it is not clear which of them "
                    "is to be found: say it with --positive VALUE."
                )
        return seen.chosen(kind, guess, ordered)
    same = [name for name in names if name == positive] or [
        name for name in names if name.casefold() == positive.casefold()
    ]
    if len(same) != 1:
        raise DatasetError(
            f"The label {seen.column!r} has no value {positive!r}: give --positive {names[0]} or --positive {names[1]}."
        )
    return seen.chosen(kind, guess, ordered if names.index(same[0]) else ordered[::-1])


def _many_classes(seen: LabelValues, kind: str, guess: str, positive: str | None) -> LabelRule:
    del positive
    if seen.many:
        remedy = (
            "join rare ones to one, or choose a label that is not a name of each row"
            if seen.text
            else f"say --kind {REGRESSION.name} if they are amounts"
        )
        raise DatasetError(
            f"The label {seen.column!r} holds more than {MOST_CLASSES:,} different values, too many for classes: "
            f"{remedy}."
        )
    return seen.chosen(kind, guess, sorted(seen.counts))


def _numbers(seen: LabelValues, kind: str, guess: str, positive: str | None) -> LabelRule:
    del positive
    if seen.text:
        raise DatasetError(
            f"The label {seen.column!r} holds strings, and a label of kind {kind} is a number: turn it into numbers, "
            f"or say --kind {MULTICLASS.name}."
        )
    return LabelRule(seen.column, kind, guess=guess)


_Rule = Callable[[LabelValues, str, str, "str | None"], LabelRule]
# Of all other kinds the label is a number as it is.
_RULES: Mapping[str, _Rule] = {BINARY.name: _two_classes, MULTICLASS.name: _many_classes}
