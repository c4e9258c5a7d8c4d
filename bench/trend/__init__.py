"""Keeps the history of nights, searches it for steps, and shows them."""
