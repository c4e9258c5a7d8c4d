"""Shared code of the strategies that find clusters."""
