"""What all kinds of problem share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class InvalidAnswerError(Exception):
    """The predictions prove that the answer is wrong or incomplete.

    Attributes:
        grades: What the predictions reached, if they could be graded at all.
    """

    def __init__(self, what: str, grades: dict[str, float] | None = None) -> None:
        """Say what is wrong, as a clause without a full stop."""
        super().__init__(what)
        self.grades = grades
