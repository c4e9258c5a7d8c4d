"""Machines that can be had, their prices, and what a job on them costs; pure but for the reading of one file."""
