"""Writes and reads the results of a run, in a directory or a bucket."""
