"""The pipelines that run where none is named: ways that people take, and one machine as the control of each."""

from bench.pipelines import DefaultPipeline

# Measured on two cores: on 3.3 million rows ranks that exchange gradients at every step take three to four minutes
# each, and all others together ten.
STEPS_TOGETHER = 1_000_000

PIPELINES = (
    DefaultPipeline("spark+mllib_linear"),
    DefaultPipeline("spark+mllib_gbt"),
    DefaultPipeline("spark+xgboost_spark"),
    DefaultPipeline("spark+parquet_files+horovod", most_rows=STEPS_TOGETHER),
    DefaultPipeline("spark+parquet_files+mirrored_runner", most_rows=STEPS_TOGETHER),
    DefaultPipeline("spark+parquet_files+tensorflow"),
    DefaultPipeline("spark+to_arrow+tensorflow"),
    DefaultPipeline("spark+barrier_arrow+lightgbm_spark"),
    DefaultPipeline("duckdb+tensorflow"),
    DefaultPipeline("duckdb+lightgbm"),
    DefaultPipeline("polars+xgboost"),
    DefaultPipeline("pandas+xgboost"),
)
