"""Spark, as far as the harness must know it."""
