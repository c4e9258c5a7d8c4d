"""Files for other programs, and to be read back: JSON, Parquet, CSV, and pytest-benchmark's own format."""
