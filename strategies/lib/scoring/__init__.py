"""Scoring with the reference model in Spark's Python workers."""
