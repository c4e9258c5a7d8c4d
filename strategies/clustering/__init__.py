"""Strategies that find clusters: k-means, from the same centres in the same number of steps."""
