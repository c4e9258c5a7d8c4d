"""Ways to hand rows from a data frame of Spark over to the processes that train."""
