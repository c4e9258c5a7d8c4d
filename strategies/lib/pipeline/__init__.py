"""Shared code of pipelines."""
