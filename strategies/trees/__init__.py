"""Ways to train trees, boosted or in a forest."""
