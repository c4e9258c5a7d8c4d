"""How a dataset lies on a disk or in a store, and how it is known to be whole."""
