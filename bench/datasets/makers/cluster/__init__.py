"""Makes a dataset of a user's own Parquet by a Spark job: each row is read, sorted and written by Spark's workers."""
