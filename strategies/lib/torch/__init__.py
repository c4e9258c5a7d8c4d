"""The network in PyTorch, its training and its scoring: the work of `strategies.lib.keras`, by another framework."""
