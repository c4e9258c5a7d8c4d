"""Cases, groups and comparisons out of records; pure."""
