"""What all ways of scoring in Spark's Python workers share."""
