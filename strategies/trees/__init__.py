"""Ways to train boosted trees."""
