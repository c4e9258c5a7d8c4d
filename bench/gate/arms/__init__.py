"""The two arms of a comparison: a revision's checkout, its environment, and its strategies."""
