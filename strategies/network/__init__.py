"""Ways to train a neural network."""
