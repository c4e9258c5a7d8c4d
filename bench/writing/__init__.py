"""Everything that is shown: escaped, written and drawn in one way."""
