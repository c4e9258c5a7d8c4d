"""Ways to hand features over inside a pipeline."""
