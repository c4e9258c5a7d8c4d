"""Escapes, writes and draws everything that is shown, in one way."""
