"""Judges what a night measured, keeps the verdict, and shows it."""
