"""This machine, and running a program on it."""
