"""Judges a night's measurements, keeps the verdict, and shows it."""
