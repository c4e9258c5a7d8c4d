"""Ways to score with a given Keras model in Spark's Python workers."""
