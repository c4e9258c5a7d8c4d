"""Measures a night: chooses the cases, their order and their number of runs."""
