"""Makes datasets: the built-in ones, and those of the user's own rows."""
