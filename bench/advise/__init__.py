"""What has not been measured: forecasts out of records, the recommendation, and when there is none."""
