"""Answers of a user's model that are none get a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from bench import Dataset
from strategies.lib.networks.answers import ModelError, check_answers


def test_a_number_that_is_none_gets_a_sentence(dataset: Dataset) -> None:
    """A model that overflows is no reference."""
    with pytest.raises(ModelError, match="some of its outputs are NaN or infinite"):
        check_answers(np.array([0.5, np.nan]), replace(dataset, problem="regression", classes=()))
