"""What the tests of strategies share."""

from bench.testing import tiny_dataset

__all__ = ["tiny_dataset"]
