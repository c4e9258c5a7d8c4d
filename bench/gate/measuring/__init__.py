"""Measures a night: which cases, in which order, for how long."""
