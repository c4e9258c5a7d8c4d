"""Engines that make a feature table of raw tables."""
