"""Spark sessions, barrier stages, and rows on their way through Spark."""
