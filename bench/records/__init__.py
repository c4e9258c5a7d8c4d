"""What a run leaves behind, in a directory or a bucket."""
