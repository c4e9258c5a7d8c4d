"""Settings of boosted trees that several strategies share."""
