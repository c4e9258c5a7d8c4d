"""Ways to fit a linear model."""
